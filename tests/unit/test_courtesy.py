"""What a customer's short mail says, in the world's languages and ways of signing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.desk.courtesy import Answer, find_answer
from maild.desk.courtesy.reading import LEXICONS

NAMES = ("Bob Miller", "Alice Reyes", "Acme Support", "山田太郎")

YES = r"""
Yes
yes!
YES.
Yes, thanks
Yes thank you very much
Yes, it is solved, thank you so much for your quick help!
yep 👍
Works now, thanks!
It works again. Thanks a lot!
All good now, thank you
Problem solved, you can close this ticket. Thanks!
Yes please close the ticket
Hi Alice,\n\nyes, it works.\n\nThanks,\nBob
Hello Alice Reyes\nYes\nBest regards\nBob Miller\nHead of Sales\nAcme Ltd | +44 20 7946 0018
Yes\n\nBob
Yes\n\nBob Miller\nAcme Widgets Ltd\nwww.acme.example
Yes\nKind regards,\nRobert
Dear Sir or Madam,\n\nYes.\n\nYours sincerely\nB. Miller
Ja
Ja, danke!
Danke, passt!
Passt, vielen Dank für die schnelle Hilfe!
Jetzt funktioniert alles wieder, danke.
Hat geklappt, super Service!
Ja, das Problem ist gelöst. Vielen Dank!\n\nMit freundlichen Grüßen\nBob Miller
Hallo Frau Reyes,\nja, alles bestens.\nLG Bob
Guten Tag,\n\nja.\n\nMfG\nB. Miller\nGeschäftsführer\nAcme GmbH\nTel.: +49 30 1234567
erledigt
Das Ticket kann geschlossen werden. Danke
Oui
Oui merci
merci, c'est résolu
merci, c’est resolu
Bonjour,\n\nTout fonctionne maintenant, merci beaucoup pour votre aide.\n\nCordialement,\nBob
Problème résolu, merci !
Sí
Si, gracias
Sí, muchas gracias por la ayuda. Saludos
Ya funciona, gracias
Problema solucionado. Pueden cerrar el ticket. ¡Gracias!
¡Sí!
Sì, grazie mille
Ora funziona, grazie
Il problema è risolto. Cordiali saluti
Ja, bedankt
Het werkt weer, bedankt voor de snelle hulp!\nGroeten, Bob
Opgelost, dank je wel
Sim, obrigado
Está resolvido, obrigada
Sim, funcionou. Muito obrigado pela ajuda!
Tak, dziękuję
Tak, działa. Pozdrawiam
Wszystko działa, dzięki!
Ja, tack
Ja, det fungerar nu. Tack så mycket för hjälpen!\nMvh Bob
Ja tak
Det virker nu, tusind tak for hjælpen
Takk, det fungerer nå
Kyllä, kiitos
Kyllä, nyt toimii. Kiitos avusta!
Ano, děkuji
Už funguje, díky moc!
Áno, ďakujem
Igen, köszönöm
Megoldódott, köszönöm szépen a gyors segítséget!
Da, mulțumesc
Evet, teşekkürler
Evet, sorun çözüldü. Çok teşekkür ederim, iyi çalışmalar
Да
Да, спасибо!
Всё работает, спасибо большое за помощь!
Проблема решена. С уважением,\nBob Miller
Так, дякую
Так, все працює, дуже дякую за допомогу
Да, благодаря
Ναι
Ναι, ευχαριστώ πολύ
Da, hvala
はい
はい、解決しました。ありがとうございます。
解決しました。ありがとうございました！
アリス様\nお世話になっております。\n解決しました。\nよろしくお願いいたします。\n山田
はい、直りました。迅速なご対応ありがとうございました。
是的
是的，谢谢
已经解决了，谢谢！
问题已解决，非常感谢您的帮助。
解決了，謝謝
네
네, 감사합니다
해결되었습니다. 감사합니다!
"""

NO = r"""
No
no.
No, thanks
Nope
Not yet
Unfortunately not
no, not yet\n\nBob
Nein
nein danke
Leider nein
Leider noch nicht\nViele Grüße\nBob Miller
Non
Non, pas encore. Merci
No, todavía no. Gracias
No, purtroppo
Nee, helaas niet
Não
Nie
Niestety nie
Nej tyvärr
Nej, ikke endnu
Ei vielä
Ne, bohužel
Sajnos nem
Hayır
Нет
Пока нет, спасибо
Ні
いいえ、まだです
还没有
아니요
"""

COURTESY = r"""
Thanks!
thanks
THX
Thank you so much for your help
Thank you very much for the quick reply, Alice!
thanks alice
Hi Alice,\nthank you!\nBob
Great, thanks a lot!!!
Perfect 👍
👍
👍🏽
🙏❤️
ok
OK, thanks
no problem, thanks
No problem
no worries!
You're welcome
Many thanks and best regards\nBob Miller
Thanks :)
Thank you =)
Have a nice day!
Thanks,\nRobert
Danke!
Danke schön
Vielen Dank für die schnelle Antwort!
Super, danke :-)
Alles klar, danke Alice
Besten Dank und viele Grüße\nBob Miller\nAcme AG
Kein Problem, danke
Merci beaucoup !
Merci pour votre aide et bonne journée
Parfait, merci
De rien
Gracias por su ayuda
Muchas gracias, saludos
Grazie mille per l'aiuto!
Buona giornata
Bedankt voor de hulp
Fijn weekend!
Obrigado pela ajuda
Muito obrigada!
Dziękuję za pomoc
Nie ma za co
Dzięki!
Tack så mycket!
Tusen tack för hjälpen
Mange tak for hjælpen
Tusen takk
Kiitos paljon
Ei kestä
Děkuji za rychlou pomoc
Není zač
Köszönöm a segítséget
Mulțumesc pentru ajutor
Teşekkür ederim
Sorun değil, iyi günler
Спасибо!
Спасибо большое за быстрый ответ
Дякую
Щиро дякую за допомогу
Благодаря
Ευχαριστώ πολύ
Hvala na pomoći
ありがとうございました
承知しました。よろしくお願いいたします。
助かりました。ありがとうございます！
谢谢
好的，谢谢您的帮助！
收到
감사합니다
수고하셨습니다
Tak
Tak!
"""

WORDS = r"""
Thanks, but it still fails
Yes but the printer is still offline
Yes, but not always
Yes and no
Yes, thanks. One more question: how do I print in colour?
Yes?
ok?
Thanks for nothing
Thanks! Help
It works not
It does not work
works on Monday only
works now and then
no problem with that, but the other one fails
Yes\nBob\nIt Fails Again
Yes\nPS: it fails on my second machine
Yes\nBest regards\nBob\nPS: Drucker defekt
Yes\nBest regards\nBob\nP.S. Still Broken
Yes\nBest regards\nbut it fails again on the other printer
Yes\nBest regards\nNo
Thanks\nStill broken
Thanks :(
Danke, aber der Fehler besteht weiter
Funktioniert nicht, danke
Danke, passt nicht
Ja, aber nur manchmal
Ja nein
Danke!\nGeht nicht
Danke, Drucker defekt
ok, Problem besteht
Danke\nFehler
Oui mais non
merci, ce n'est pas résolu
Merci, ça ne marche pas
Gracias, pero no funciona
Sí, pero no
Grazie, ma non funziona
Bedankt, maar het werkt niet
Obrigado, mas não funciona
Dziękuję, ale nie działa
Tak, ale nie
Tack, men det fungerar inte
Tak, men det virker ikke
Kiitos, mutta ei toimi
Děkuji, ale nefunguje
Köszönöm, de nem működik
Teşekkürler ama çalışmıyor
Спасибо, но не работает
Да, но не всегда
Дякую, але не працює
ありがとうございます。ただ、まだ動きません
解決しましたが、別の問題があります
谢谢，但是还是不行
谢谢，还没解决吗
감사합니다만 아직 안 됩니다
Hello
Hej
Bob
Hi Alice,\nBob

#1042
> Is it solved
yes http://evil.example/x
Thanks 😡
👎
12345
Yes 2
The meeting is on Tuesday
On
"""


def cases(table: str) -> list[str]:
    return [line.replace("\\n", "\n") for line in table.strip().split("\n")]


def read(text: str, **more) -> Answer:
    return find_answer(text, NAMES, **more)


@pytest.mark.parametrize("text", cases(YES))
def test_yes_is_yes_in_any_dress(text):
    """Greeting, name, signature and courtesy do not count, and a plain statement that it works is one as well."""
    assert read(text) is Answer.YES


@pytest.mark.parametrize("text", cases(NO))
def test_no_is_no_in_any_dress(text):
    """The same for no."""
    assert read(text) is Answer.NO


@pytest.mark.parametrize("text", cases(COURTESY))
def test_courtesy_alone_is_nothing_but_courtesy(text):
    """Thanks, a thumb, good wishes: it says neither yes nor no, and nobody has to read it."""
    assert read(text) is Answer.COURTESY


@pytest.mark.parametrize("text", cases(WORDS))
def test_whatever_is_left_over_is_words(text):
    """One word too many, a question mark, a sad face, a postscript: a person must read it."""
    assert read(text) is Answer.WORDS


def test_the_tickets_language_decides_a_word_of_two_meanings():
    """A Pole says yes with the word that thanks among Danes."""
    assert read("Tak", language="pl") is Answer.YES
    assert read("Tak", language="da") is Answer.COURTESY
    assert read("Oui, merci", language="de") is Answer.YES
    assert read("Ja", language="xx") is Answer.YES


def test_a_companys_disclaimer_says_nothing():
    """Its server hangs it under every mail."""
    legal = (
        "This e-mail and any files transmitted with it are confidential and intended solely for the use of the\n"
        "individual or entity to whom they are addressed. If you have received this email in error please notify us."
    )
    assert read(f"Yes, thanks\n\nBob Miller\n\n{legal}") is Answer.YES
    assert read("Yes, thanks\n\nBob Miller\n\nthis e-mail is confidential and it fails") is Answer.WORDS


def test_a_name_that_nobody_knows_is_words():
    """Only the sender's own name, and those of our people, say nothing."""
    assert find_answer("Yes\n\nbob", ()) is Answer.WORDS
    assert find_answer("Thanks alice", ()) is Answer.WORDS
    assert find_answer("Yes\n\nbob", ("Miller, Bob",)) is Answer.YES


def test_every_language_says_yes_no_and_thanks():
    """At least twenty of them; each phrase alone means what its table says, whatever the other languages make of it."""
    assert len(LEXICONS) >= 20
    for language, lexicon in LEXICONS.items():
        yes, no, thanks = (table.split(";")[0] for table in (lexicon.yes, lexicon.no, lexicon.thanks))
        assert read(yes, language=language) is Answer.YES
        assert read(no, language=language) is Answer.NO
        assert read(thanks, language=language) is Answer.COURTESY
        assert read(f"{yes} {no}", language=language) is Answer.WORDS


@pytest.mark.parametrize(
    "piece", ["yes ", "谢谢", "ok\n", "Thanks,\nA\n", "a", ":(", "ä" * 50, "是", "thank you for the ", "🙏"]
)
def test_a_hostile_mail_costs_nothing(piece):
    """The cost grows with the length alone, and what is long is words."""
    started = time.process_time()
    assert read(piece * (100_000 // len(piece))) is Answer.WORDS
    read(piece * (2_900 // len(piece)))
    assert time.process_time() - started < 1


PIECES = st.sampled_from(
    [*"\n ,.?!:()👍\u200bİß", "yes", "no", "Thanks", "Bob", "谢谢", "はい", "Tel 123456", "PS", "\ud800"]
)


@given(st.lists(PIECES).map("".join) | st.text(), st.lists(st.text(max_size=10), max_size=3))
def test_any_text_gets_an_answer(text, names):
    """Whatever people and machines write."""
    assert find_answer(text, names) in Answer
