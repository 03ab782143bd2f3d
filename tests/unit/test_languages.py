"""The language of a mail of twenty words or more."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.parsing import parse
from maild.parsing.languages import find_language

MAILS = {
    "en": (
        "Hello, since this morning I cannot print any more. The printer says that there is a paper jam, but "
        "it is empty."
    ),
    "de": (
        "Guten Tag, seit heute Morgen kann ich nicht mehr drucken. Der Drucker meldet einen Papierstau, aber "
        "es ist gar kein Papier darin."
    ),
    "fr": (
        "Bonjour, depuis ce matin je ne peux plus imprimer. L'imprimante annonce un bourrage, mais il n'y a "
        "pas de papier dedans. Merci d'avance."
    ),
    "es": (
        "Hola, desde esta mañana no puedo imprimir. La impresora dice que hay un atasco de papel, pero no "
        "hay nada dentro. Gracias de antemano."
    ),
    "it": (
        "Buongiorno, da questa mattina non riesco più a stampare. La stampante dice che la carta è "
        "inceppata, ma dentro non c'è niente. Grazie."
    ),
    "pt": (
        "Bom dia, desde hoje de manhã não consigo imprimir. A impressora diz que há papel encravado, mas não "
        "há nada lá dentro. Obrigado."
    ),
    "ca": (
        "Bon dia, des d'aquest matí no puc imprimir. La impressora diu que hi ha un embús de paper, però no "
        "hi ha res a dins. Gràcies."
    ),
    "ro": (
        "Bună ziua, de azi dimineață nu mai pot să tipăresc. Imprimanta spune că este un blocaj de hârtie, "
        "dar nu este nimic înăuntru. Mulțumesc."
    ),
    "nl": (
        "Goedemorgen, sinds vanochtend kan ik niet meer printen. De printer zegt dat er papier is "
        "vastgelopen, maar er zit helemaal niets in."
    ),
    "sv": (
        "Hej, sedan i morse kan jag inte skriva ut längre. Skrivaren säger att det är pappersstopp, men det "
        "finns inget papper i den. Tack!"
    ),
    "da": (
        "Hej, siden i morges kan jeg ikke længere udskrive. Printeren siger, at der er papirstop, men der er "
        "slet ikke noget papir i den. Tak!"
    ),
    "no": (
        "Hei, siden i dag tidlig kan jeg ikke skrive ut lenger. Skriveren sier at det er papirstopp, men det "
        "er ikke noe papir i den. Takk!"
    ),
    "fi": (
        "Hei, tästä aamusta lähtien en ole voinut enää tulostaa. Tulostin sanoo, että siinä on paperitukos, "
        "mutta siellä ei ole mitään. Mitä minun pitää nyt tehdä?"
    ),
    "et": (
        "Tere, tänasest hommikust ma ei saa enam printida. Printer ütleb, et paber on kinni jäänud, aga seal "
        "ei ole midagi. Mida ma nüüd pean tegema?"
    ),
    "lv": (
        "Labdien, kopš šī rīta es vairs nevaru drukāt. Printeris saka, ka ir iestrēdzis papīrs, bet tur nekā "
        "nav. Ko man tagad darīt? Paldies."
    ),
    "lt": (
        "Laba diena, nuo šio ryto nebegaliu spausdinti. Spausdintuvas rašo, kad įstrigo popierius, bet jo "
        "ten nėra. Ką man dabar daryti? Ačiū už pagalbą."
    ),
    "pl": (
        "Dzień dobry, od dzisiaj rana nie mogę już drukować. Drukarka pisze, że zaciął się papier, ale w "
        "środku nic nie ma. Proszę o pomoc."
    ),
    "cs": (
        "Dobrý den, od dnešního rána už nemůžu tisknout. Tiskárna hlásí, že se zasekl papír, ale uvnitř "
        "žádný není. Co mám prosím dělat? Děkuji."
    ),
    "sk": (
        "Dobrý deň, od dnešného rána už nemôžem tlačiť. Tlačiareň hlási, že sa zasekol papier, ale vnútri "
        "žiadny nie je. Čo mám prosím robiť? Ďakujem."
    ),
    "sl": (
        "Pozdravljeni, od danes zjutraj ne morem več tiskati. Tiskalnik javlja, da se je zagozdil papir, "
        "ampak v njem ni ničesar. Kaj lahko zdaj naredim?"
    ),
    "hr": (
        "Dobar dan, od jutros više ne mogu ispisivati. Pisač javlja da se zaglavio papir, ali u njemu nema "
        "ničega. Što još mogu napraviti? Hvala vam."
    ),
    "hu": (
        "Jó napot, ma reggel óta nem tudok nyomtatni. A nyomtató azt írja, hogy elakadt a papír, de nincs is "
        "benne semmi. Mit kell most tennem?"
    ),
    "tr": (
        "Merhaba, bu sabahtan beri yazdıramıyorum. Yazıcı kağıt sıkıştığını söylüyor ama içinde hiç kağıt "
        "yok. Ne yapmam gerekiyor, bana yardım eder misiniz lütfen? Teşekkürler."
    ),
    "vi": (
        "Xin chào, từ sáng nay tôi không thể in được nữa. Máy in báo là bị kẹt giấy nhưng không có giấy nào "
        "ở bên trong. Xin hãy giúp tôi."
    ),
    "id": (
        "Selamat pagi, sejak tadi pagi saya tidak bisa mencetak lagi. Printer mengatakan bahwa ada kertas "
        "yang macet, tetapi tidak ada kertas di dalamnya. Terima kasih."
    ),
    "ru": (
        "Добрый день, с сегодняшнего утра я больше не могу печатать. Принтер пишет, что застряла бумага, но "
        "внутри ничего нет. Что мне делать?"
    ),
    "uk": (
        "Добрий день, від сьогоднішнього ранку я більше не можу друкувати. Принтер пише, що застряг папір, "
        "але всередині нічого немає. Що мені робити?"
    ),
    "bg": (
        "Здравейте, от тази сутрин не мога да печатам. Принтерът казва, че има заседнала хартия, но вътре "
        "няма нищо. Какво да направя? Благодаря ви."
    ),
    "sr": (
        "Добар дан, од јутрос више не могу да штампам. Штампач каже да је папир заглављен, али унутра нема "
        "ничега. Шта да радим? Хвала вам."
    ),
    "el": (
        "Καλημέρα, από σήμερα το πρωί δεν μπορώ να εκτυπώσω. Ο εκτυπωτής λέει ότι υπάρχει εμπλοκή χαρτιού, "
        "αλλά δεν υπάρχει τίποτα μέσα. Ευχαριστώ πολύ."
    ),
    "ja": (
        "お世話になっております。今朝から印刷ができなくなりました。プリンターに紙詰まりと表示されますが、紙は"
        "入っていません。"
    ),
    "zh": (
        "您好，从今天早上开始我就无法打印了。打印机提示卡纸，但是里面根本没有纸。请问我应该怎么办？非常感谢您的帮助。"
    ),
    "ko": (
        "안녕하세요, 오늘 아침부터 인쇄가 되지 않습니다. 프린터에 용지 걸림이라고 나오는데 안에는 종이가 "
        "전혀 없습니다. 어떻게 하면 되는지 알려 주시면 정말 감사하겠습니다. 수고하세요."
    ),
    "th": ("สวัสดีครับ ตั้งแต่เช้านี้ผมพิมพ์เอกสารไม่ได้ เครื่องพิมพ์แจ้งว่ากระดาษติด แต่ข้างในไม่มีกระดาษเลย"),
    "he": (
        "שלום, מהבוקר אני לא מצליח להדפיס יותר. המדפסת אומרת שיש נייר תקוע, אבל אין בפנים שום דבר. מה אני "
        "צריך לעשות עכשיו?"
    ),
    "ar": (
        "مرحبا، منذ هذا الصباح لا أستطيع الطباعة. تقول الطابعة إن هناك ورقا عالقا ولكن لا يوجد أي شيء في "
        "الداخل. ماذا يجب علي أن أفعل الآن؟"
    ),
    "fa": (
        "سلام، از امروز صبح دیگر نمی‌توانم چاپ کنم. چاپگر می‌گوید کاغذ گیر کرده است، اما هیچ کاغذی در آن "
        "نیست. لطفا بگویید چه کار باید بکنم."
    ),
    "hi": (
        "नमस्ते, आज सुबह से मैं प्रिंट नहीं कर पा रहा हूँ। प्रिंटर कहता है कि कागज फंस गया है, लेकिन अंदर कुछ भी नहीं है। कृपया मेरी मदद करें।"
    ),
}


@pytest.mark.parametrize("language", MAILS)
def test_a_customers_first_mail_tells_its_language(language):
    """In the world's languages, among them neighbours that share most of their words."""
    assert find_language(MAILS[language]) == language


def test_a_short_mail_tells_nothing():
    """Below twenty words a name or a product decides too much."""
    for text in (*(" ".join(text.split()[:12]) for text in MAILS.values()), "", "Danke!", "印刷できません"):
        assert find_language(text[:35]) is None


@pytest.mark.parametrize(
    "text",
    [
        "HP LaserJet 4250 PN Q5401A Serial CNRXR12345 " * 5,
        "Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor incididunt labore dolore magna",
        "10 20 30 40 " * 20,
        "Bob Miller, Eva Smith, Jo Weber, Max Fischer, Ann Meyer, Tom Wagner, Uwe Koch, Jan Klein, Leo Wolf, Ina Braun",
    ],
)
def test_what_is_no_sentence_has_no_language(text):
    """Lists of parts, of names, of numbers."""
    assert find_language(text) is None


def test_links_addresses_and_quotes_do_not_count():
    """They are not the writer's words."""
    noise = "> the and is that this have not you\n" * 30 + "https://the.example/and/is/that a@the.example " * 30
    assert find_language(f"{noise}\n{MAILS['de']}") == "de"
    assert find_language(f"Danke\n{noise}") is None


def test_a_message_tells_the_language_of_its_new_words():
    """Whatever it quotes, and whether a person wrote it in plain text or HTML."""
    quoted = "\n".join(f"> {line}" for line in [MAILS["en"]] * 9)
    head = "From: a@x.example\nContent-Type: text/plain; charset=utf-8"
    raw = f"{head}\n\n{MAILS['de']}\n\nAm 2.4.2012 schrieb Bob:\n{quoted}"

    assert parse(raw.encode()).language == "de"
    assert parse(b"From: a@x.example\n\nHello").language is None


@pytest.mark.parametrize("piece", ["the ", "é", "是", "a'b'", "x" * 99 + "@", "://", "> ", "ñ ", "ۆ "])
def test_a_hostile_text_costs_nothing(piece):
    """The cost grows with the length alone, up to a bound."""
    started = time.process_time()
    find_language(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 0.3


@given(st.text())
def test_any_text_is_read(text):
    """Whatever letters."""
    assert find_language(text) is None or len(text) >= 20
