"""What the desk says to colleagues in languages other than English, by its English wording (model/saying.py).

BUGS
    A sentence, or a language, that is not here is English in a mail of any language: what commands did is, and some
    of what a sentence names.
"""

from collections.abc import Mapping

from maild.composing.headers import clean
from maild.composing.refusals import GERMAN_REFUSALS
from maild.model.saying import Said

GERMAN: Mapping[str, str] = {
    # What colleagues should know before they answer
    "the mail names no sender that could be answered": "Die Mail nennt keinen Absender, dem man antworten könnte",
    "{address} did not send this: {proof}": "{address} hat das nicht geschrieben: {proof}",
    "the mail is over the size limit: it was not taken whole and lies in the mailbox": (
        "Die Mail ist größer als erlaubt: Sie wurde nicht ganz übernommen und liegt noch im Postfach"
    ),
    "Ticket #{number} is confidential, and nobody who may see it is here to be told of a mail.": (
        "Ticket #{number} ist vertraulich, und niemand, der es sehen darf, ist da, um von einer Mail zu erfahren."
    ),
    "Entered by {by}.": "Eingetragen von {by}.",
    "{name} passed this mail on: nothing proves that {address} wrote it.": (
        "{name} hat diese Mail weitergegeben: Nichts belegt, dass {address} sie geschrieben hat."
    ),
    "The time that the ticket was {state} for is over.": "Die Zeit, für die das Ticket „{state}“ war, ist um.",
    "The customer was silent, and cannot be told that it is taken for solved: {why}.": (
        "Der Kunde schwieg, und ihm ist nicht zu sagen, dass es als gelöst gilt: {why}."
    ),
    "{count} mails came since the last notice.": "Seit der letzten Nachricht kamen {count} Mails.",
    # What is late, and who hears of it
    "The desk stood still: this comes {late} late, at {when}.": (
        "Der Betrieb stand still: Das kommt {late} zu spät, um {when}."
    ),
    "Ladder {ladder}, {step}.": "Eskalation {ladder}, {step}.",
    "Urgency is {urgency} now, priority {priority}.": "Die Dringlichkeit ist jetzt {urgency}, Priorität {priority}.",
    "The ticket is at level {level} now, team {team}.": "Das Ticket ist jetzt auf Stufe {level}, Team {team}.",
    "{name} is asked for what the packet lacks.": "{name} wird nach dem gefragt, was noch fehlt.",
    "{name} filled in the packet.": "{name} hat die Angaben zur Eskalation ergänzt.",
    "{name} answered the form of the packet without its fields.": (
        "{name} hat auf das Formular zur Eskalation ohne dessen Felder geantwortet."
    ),
    "#escalate goes on once the form is complete.": "#escalate geht weiter, sobald das Formular vollständig ist.",
    "No field of the form was found in your answer: it was filed as a note.": (
        "In Ihrer Antwort fand sich kein Feld des Formulars: Sie wurde als Notiz abgelegt."
    ),
    "Answer the form again, each field on a line of its own, like {line}": (
        "Antworten Sie noch einmal auf das Formular, jedes Feld in einer eigenen Zeile, wie {line}"
    ),
    "#escalate: the packet is not complete; answer the form that lacks something": (
        "#escalate: Die Angaben sind nicht vollständig; antworten Sie auf das Formular, dem etwas fehlt"
    ),
    "{name} brought the ticket to level {level}.": "{name} hat das Ticket auf Stufe {level} gebracht.",
    # By schedule
    "{report}, {day}": "{report}, {day}",
    "The desk stood still: this was due {when}, and stands for all since.": (
        "Der Betrieb stand still: Fällig war dies {when}, und es steht für alles seither."
    ),
    "Figures of {since} to {until}.": "Zahlen von {since} bis {until}.",
    "Nobody of this shift is here to accept it.": "Von dieser Schicht ist niemand da, um sie anzunehmen.",
    "Nobody accepted the handover before this one.": "Die Übergabe davor hat niemand angenommen.",
    "{name} accepted the handover before this one, {when}.": "{name} hat die Übergabe davor angenommen, {when}.",
    "Nobody accepted this handover in time.": "Niemand hat diese Übergabe rechtzeitig angenommen.",
    "you accepted the handover: it is yours until the next one": (
        "Sie haben die Übergabe angenommen: Sie ist Ihre bis zur nächsten"
    ),
    "{name} accepted it already, {when}": "{name} hat sie schon angenommen, {when}",
    "released: {mail}": "freigegeben: {mail}",
    "discarded: {mail}": "verworfen: {mail}",
    "blocked {address}, and discarded: {mail}": "{address} gesperrt, und verworfen: {mail}",
    "Besides, {count} mails of blocked senders are held.": (
        "Außerdem sind {count} Mails gesperrter Absender zurückgehalten."
    ),
    "only lines of # commands count there": "Dort zählen nur Zeilen mit #-Befehlen",
    "Commands in the name of {name} were not obeyed: {proof}": (
        "Befehle im Namen von {name} wurden nicht befolgt: {proof}"
    ),
    "review due: {category}": "Durchsicht fällig: {category}",
    "The procedure of {title} was to be reviewed by {day}.": ("Die Anleitung zu {title} war bis {day} durchzusehen."),
    "{name}, who reviewed it, is not here any more.": "{name} hat sie durchgesehen und ist nicht mehr hier.",
    "worth keeping, {day}": "Bewahrenswertes, {day}",
    "asked: “{question}” · answered: “{answer}”": "gefragt: „{question}“ · geantwortet: „{answer}“",
    "{name} about {category}: {words}": "{name} zu {category}: {words}",
    "the review of {category} was recorded": "Die Durchsicht von {category} wurde festgehalten",
    "held mail: {count}": "zurückgehaltene Mail: {count}",
    "nobody": "niemand",
    "{sender}: {subject}": "{sender}: {subject}",
    "{subject}, with {name}": "{subject}, bei {name}",
    "{subject}, with nobody": "{subject}, bei niemandem",
    "{subject}, with {name}, who left": "{subject}, bei {name}, nicht mehr im Haus",
    "{subject}, with {name}, who is away": "{subject}, bei {name}, abwesend",
    "{subject}, waits for {name}": "{subject}, wartet auf {name}",
    "{subject}, sleeps": "{subject}, ruht",
    "asked aside: {addresses}": "gefragt sind auch: {addresses}",
    "nobody said why": "niemand sagte, warum",
    "{name} is away": "{name} ist abwesend",
    "your draft: {words}": "Ihr Entwurf: {words}",
    "{who} gave {score} of {scale}.": "{who} gab {score} von {scale}.",
    "(no words)": "(ohne Worte)",
    "(confidential)": "(vertraulich)",
    # Approvals
    "“{title}” waits for your word.": "„{title}“ wartet auf Ihr Wort.",
    "{field} is {amount}.": "{field} ist {amount}.",
    "{names} are asked, and {quorum} of them must agree.": "Gefragt sind {names}; {quorum} davon müssen zustimmen.",
    "You are asked in the place of {name}, who is away.": "Sie werden anstelle von {name} gefragt: abwesend.",
    "Until then it keeps back: {commands}.": "Bis dahin hält es zurück: {commands}.",
    "It is open until {when}.": "Es ist offen bis {when}.",
    "Answer with #approve {key}, or with #reject {key} and why.": (
        "Antworten Sie mit #approve {key}, oder mit #reject {key} und warum."
    ),
    "We need your consent: {title}.": "Wir brauchen Ihre Einwilligung: {title}.",
    "We need your approval: {title}.": "Wir brauchen Ihre Zustimmung: {title}.",
    "“{title}” is approved by {names}{signed}.": "„{title}“ ist freigegeben von {names}{signed}.",
    "“{title}” is rejected by {name}{reason}{signed}.": "„{title}“ ist abgelehnt von {name}{reason}{signed}.",
    "“{title}”: {names} agrees, {count}{signed}.": "„{title}“: {names} stimmt zu, {count}{signed}.",
    "“{title}” need not be approved any more.": "„{title}“ braucht keine Freigabe mehr.",
    "Nobody decided on “{title}” in time; it was asked of {names}.": (
        "Niemand hat rechtzeitig über „{title}“ entschieden; gefragt waren {names}."
    ),
    "The decision on “{title}” was taken back: it is open again.": (
        "Die Entscheidung über „{title}“ wurde zurückgenommen: Sie ist wieder offen."
    ),
    "“{title}” cannot be approved as it stands: {quorum} must agree, and {count} can be asked{why}.": (
        "„{title}“ lässt sich so nicht freigeben: {quorum} müssen zustimmen, und {count} sind zu fragen{why}."
    ),
    # In whose hands it is
    "{name} took the ticket over from you.": "{name} hat das Ticket von Ihnen übernommen.",
    "{name} took #{number} over from you.": "{name} hat #{number} von Ihnen übernommen.",
    "{name} gave you the ticket.": "{name} hat Ihnen das Ticket gegeben.",
    "{name} gave the ticket back to the team.": "{name} hat das Ticket dem Team zurückgegeben.",
    "{name} gave the ticket to team {team}.": "{name} hat das Ticket dem Team {team} gegeben.",
    "{name} moved the ticket to queue {queue}.": "{name} hat das Ticket in die Warteschlange {queue} verschoben.",
    "{name} answered and has the ticket now.": "{name} hat geantwortet und hat das Ticket jetzt.",
    "{name} marked you absent until {when}.": "{name} hat Sie als abwesend eingetragen bis {when}.",
    "{name}'s mailbox says that they are out of office: absent until {day}.": (
        "Das Postfach von {name} meldet Abwesenheit: abwesend bis {day}."
    ),
    # Who asks
    "a code in a mail of {address} proves nothing: it does not count": (
        "Ein Code in einer Mail von {address} beweist nichts: Er zählt nicht"
    ),
    "a code came, but none is out": "Ein Code kam, aber es gilt keiner",
    "the code came too late": "Der Code kam zu spät",
    "the requester is verified: the code was right": "Der Kunde ist geprüft: Der Code stimmte",
    "the last code was wrong: only #verified lifts the lock, after you made sure by other means": (
        "Der letzte Code war falsch: Nur #verified hebt die Sperre auf, wenn Sie es anders geprüft haben"
    ),
    "a code was wrong: {left} more may be tried": "Ein Code war falsch: Noch {left} Versuche",
    "Who asks must be verified anew.": "Wer da bittet, ist neu zu prüfen.",
    "A code went to the address on file; it holds until {when}.": (
        "Ein Code ging an die hinterlegte Adresse; er gilt bis {when}."
    ),
    "No code was sent: {why}.": "Es ging kein Code hinaus: {why}.",
    "the file of contacts names no other address of theirs": (
        "Die Datei der Kontakte nennt keine andere Adresse des Kunden"
    ),
    "the address on file is never written to automatically": (
        "An die hinterlegte Adresse wird nie automatisch geschrieben"
    ),
    "{count} codes are out for them already": "Für den Kunden gelten schon {count} Codes",
    "The code expired: the requester's next mail lets another go out, or #verified says how you made sure.": (
        "Der Code ist abgelaufen: Die nächste Mail des Kunden löst einen neuen aus, oder #verified sagt, wie Sie es "
        "geprüft haben."
    ),
    # What became of mails
    "The mail to {address} came back: {why}": "Die Mail an {address} kam zurück: {why}",
    "The mail to {address} was given up ({state}): {why}": "Die Mail an {address} wurde aufgegeben ({state}): {why}",
    "{who} declined the meeting.": "{who} hat den Termin abgesagt.",
    "Nothing was done:": "Es wurde nichts getan:",
    "Nothing was sent or noted: no words of your own were left in your mail.": (
        "Es wurde nichts gesendet oder notiert: Von Ihrer Mail blieben keine eigenen Worte übrig."
    ),
    "It was filed as a note and not sent to the customer: {why}.": (
        "Sie wurde als Notiz abgelegt und ging nicht an den Kunden: {why}."
    ),
    "Answer with #reply to send it.": "Antworten Sie mit #reply, um sie zu senden.",
    "To write to the customer, answer with #reply above your words.": (
        "Um dem Kunden zu schreiben, antworten Sie mit #reply über Ihren Worten."
    ),
    "Your mail is about no ticket, so these words of it were filed nowhere:": (
        "Ihre Mail betrifft kein Ticket; diese Worte daraus wurden nirgends abgelegt:"
    ),
    # What became of drafts
    "The draft was discarded.": "Der Entwurf wurde verworfen.",
    "the draft that you answered is gone": "Den Entwurf, auf den Sie geantwortet haben, gibt es nicht mehr",
    "the draft that you answered is not yours": "Der Entwurf, auf den Sie geantwortet haben, ist nicht Ihrer",
    "the draft that you answered was {state} already": (
        "Der Entwurf, auf den Sie geantwortet haben, war schon „{state}“"
    ),
    "Nothing was done: {why}.": "Nichts wurde getan: {why}.",
    "The question was answered after 24 hours: nothing was done.": (
        "Die Frage wurde erst nach 24 Stunden beantwortet: Es wurde nichts getan."
    ),
    "An answer to a draft in the name of {name} was not obeyed: {proof}": (
        "Eine Antwort auf einen Entwurf im Namen von {name} wurde nicht befolgt: {proof}"
    ),
    "the customer waits for word of how it goes": "Der Kunde wartet auf Nachricht, wie es steht",
    "these words of yours still wait": "Diese Worte von Ihnen warten noch",
    "there was no #send in your answer": "In Ihrer Antwort stand kein #send",
    "there was no #send and no corrected line in your answer": (
        "In Ihrer Antwort stand weder #send noch eine berichtigte Zeile"
    ),
    "no command says for whom these words are": "Kein Befehl sagt, für wen diese Worte sind",
    "there is no draft to #{word}": "Es gibt keinen Entwurf für #{word}",
    # Why words are not sent as they are
    "no words of your own were left": "Es blieben keine eigenen Worte übrig",
    "a line above the quote was cut by guess": "Eine Zeile über dem Zitat wurde auf Verdacht weggelassen",
    "something is quoted that is not of the mail that you answered": (
        "Es wird etwas zitiert, das nicht aus der beantworteten Mail stammt"
    ),
    "quoted lines were cut that are not of the mail that you answered": (
        "Zitierte Zeilen wurden weggelassen, die nicht aus der beantworteten Mail stammen"
    ),
    "it still holds the head of a quoted mail": "Der Kopf einer zitierten Mail steht noch darin",
    "something is quoted, and it cannot be compared with a mail of the desk": (
        "Es wird etwas zitiert, das mit keiner Mail des Desks verglichen werden kann"
    ),
    "it holds an address or id that is meant for you alone": (
        "Eine Adresse oder Kennung steht darin, die nur für Sie bestimmt ist"
    ),
    "it still holds the random mark of the mail that you answered": (
        "Das Zufallszeichen der beantworteten Mail steht noch darin"
    ),
    "it still holds words of the desk: “{words}”": "Worte des Desks stehen noch darin: „{words}“",
    "the mail is too long to be compared with what you answered": (
        "Die Mail ist zu lang, um sie mit der beantworteten zu vergleichen"
    ),
    "too much has happened since the mail that you answered to compare your words with all that it showed": (
        "Seit der beantworteten Mail ist zu viel geschehen, um Ihre Worte mit allem zu vergleichen, was sie zeigte"
    ),
    "a part of the mail could not be read ({flag})": "Ein Teil der Mail war nicht zu lesen ({flag})",
    "the whole mail “{name}” is attached, and the customer would see all of it": (
        "Die ganze Mail „{name}“ ist angehängt, und der Kunde sähe alles davon"
    ),
    "the attachment “{name}” holds a notice of the desk": "Der Anhang „{name}“ enthält eine Nachricht des Desks",
    "a mail with the same Message-ID came before, and this one differs from it": (
        "Eine Mail mit derselben Message-ID kam schon, und diese weicht von ihr ab"
    ),
    "the customer's words are quoted, and would go to somebody else": (
        "Worte des Kunden sind zitiert und gingen an jemand anderen"
    ),
    "the subject names {tickets}: write one mail for each": (
        "Der Betreff nennt {tickets}: Schreiben Sie für jedes eine Mail"
    ),
    "the mail that you answered is about #{old}, which goes on in #{new} now": (
        "Die beantwortete Mail betrifft #{old}, das jetzt in #{new} weitergeht"
    ),
    "your mail also went to {addresses}": "Ihre Mail ging auch an {addresses}",
    "your mail was not addressed to the desk": "Ihre Mail war nicht an den Desk gerichtet",
    "your mail is a forward": "Ihre Mail ist eine Weiterleitung",
    "your mail does not answer a mail that the desk sent you about this ticket": (
        "Ihre Mail beantwortet keine Mail, die der Desk Ihnen zu diesem Ticket geschickt hat"
    ),
    "whom you would answer takes no part in the ticket any more": (
        "Wem Sie antworten würden, der ist an dem Ticket nicht mehr beteiligt"
    ),
    "the ticket is {state}": "Das Ticket ist „{state}“",
    "the ticket has nobody to answer": "Das Ticket hat niemanden, dem man antworten könnte",
    "your words would go to {count} people": "Ihre Worte gingen an {count} Menschen",
    "You are told by {rule}.": "Sie erfahren es durch {rule}.",
    # Incidents, and parts of a matter
    "{count} tickets are one matter: told by {rule}.": "{count} Tickets sind eine Sache: gemeldet von {rule}.",
    "It was called solved, and is reported again.": "Sie galt als gelöst und wird wieder gemeldet.",
    "Its part {part} is {state}, says {name}.": "Der Teil {part} ist „{state}“, sagt {name}.",
    # What happened meanwhile
    "more happened since that mail than can be looked through": (
        "Seit jener Mail ist mehr geschehen, als sich durchsehen lässt"
    ),
    "more happened in #{number} than can be looked through": (
        "In #{number} ist mehr geschehen, als sich durchsehen lässt"
    ),
    "#{number} could not be read": "#{number} war nicht zu lesen",
    "and {count} more": "und {count} weitere",
    "meanwhile the customer wrote{words}": "Inzwischen schrieb der Kunde{words}",
    "meanwhile the customer of #{number} wrote{words}": "Inzwischen schrieb der Kunde von #{number}{words}",
    "meanwhile {name} answered the customer{words}": "Inzwischen antwortete {name} dem Kunden{words}",
    "meanwhile {name} answered the customer of #{number}{words}": (
        "Inzwischen antwortete {name} dem Kunden von #{number}{words}"
    ),
    "meanwhile {name} set the state to {state}": "Inzwischen setzte {name} den Stand auf {state}",
    "meanwhile {name} set #{number} to {state}": "Inzwischen setzte {name} #{number} auf {state}",
}
WORDINGS: Mapping[str, Mapping[str, str]] = {"de": {**GERMAN, **GERMAN_REFUSALS}}


def worded(line: str, language: str) -> str:
    """Word a line in a language, clean; what has no wording there stays as it is."""
    wording = WORDINGS.get(language, {}).get(line.wording) if isinstance(line, Said) else None
    if wording is None or not isinstance(line, Said):
        return clean(line)
    return wording.format_map({name: worded(value, language) for name, value in line.values.items()})
