"""Why a command is not done, in German, by its English wording."""

from collections.abc import Mapping

GERMAN_REFUSALS: Mapping[str, str] = {
    # How lines were read
    "it holds more words with # than can be read for commands": (
        "Es stehen mehr Wörter mit # darin, als sich auf Befehle lesen lassen"
    ),
    "the commands leave open for whom the words are: the customer, colleagues, or somebody named": (
        "Die Befehle lassen offen, für wen die Worte sind: den Kunden, Kollegen oder jemand Genannten"
    ),
    "{command}: your mail is about no ticket; put its number into the subject, like [#1017]": (
        "{command}: Ihre Mail betrifft kein Ticket; setzen Sie dessen Nummer in den Betreff, etwa [#1017]"
    ),
    "{words} contradict each other": "{words} widersprechen einander",
    "#{word} is no command; #{near} is one": "#{word} ist kein Befehl; #{near} ist einer",
    "#{word} lacks what it needs: {usage}": "#{word} fehlt, was dazugehört: {usage}",
    "#{word} stands in the middle of the words": "#{word} steht mitten in den Worten",
    "#{word} stands there more than once": "#{word} steht mehr als einmal da",
    ". Did you mean '{word}'?": ". Meinten Sie „{word}“?",
    # About the ticket
    "#{word}: your mail is about no ticket; write #{word} 1017": (
        "#{word}: Ihre Mail betrifft kein Ticket; schreiben Sie #{word} 1017"
    ),
    "#{word} {argument}: there is no ticket #{number}": "#{word} {argument}: Es gibt kein Ticket #{number}",
    "#{word}: #{number} is {state}": "#{word}: #{number} ist „{state}“",
    "#{word}: #{number} is {state} already; #reopen opens it": (
        "#{word}: #{number} ist schon „{state}“; #reopen öffnet es"
    ),
    "#{word} {argument}: this is no time within a year to come; write {times}": (
        "#{word} {argument}: Das ist keine Zeit innerhalb eines Jahres; schreiben Sie {times}"
    ),
    "#resolve without words: nothing was written to the customer yet; say what solved it": (
        "#resolve ohne Worte: Dem Kunden wurde noch nichts geschrieben; sagen Sie, was es gelöst hat"
    ),
    "#{word}: #{number} has no checklist": "#{word}: #{number} hat keine Checkliste",
    "#{word} {step}: there is no such step; the checklist is {steps}": (
        "#{word} {step}: Diesen Schritt gibt es nicht; die Checkliste ist {steps}"
    ),
    "#{word}: required steps are neither done nor skipped: {steps}; write {usage}": (
        "#{word}: Nötige Schritte sind weder getan noch ausgelassen: {steps}; schreiben Sie {usage}"
    ),
    "#{word}: nobody verified who asks: wait for the code, or make sure by other means and write {usage}": (
        "#{word}: Niemand hat geprüft, wer da bittet: Warten Sie auf den Code, oder prüfen Sie es anders und schreiben "
        "Sie {usage}"
    ),
    "#merge {argument}: {why}": "#merge {argument}: {why}",
    "#split: {why}": "#split: {why}",
    "#link {argument}: that is this ticket itself": "#link {argument}: Das ist dieses Ticket selbst",
    "#link -{number}: neither of #{here} and #{number} belongs to the other": (
        "#link -{number}: Weder #{here} noch #{number} gehört zum anderen"
    ),
    "#contact {argument}: {rest} belongs to no value; write {usage}": (
        "#contact {argument}: {rest} gehört zu keinem Wert; schreiben Sie {usage}"
    ),
    # What is late, and who sees to it
    "#late: nothing about #{number} is late": "#late: An #{number} ist nichts verspätet",
    "#ack: no step of a ladder is to come for #{number}": "#ack: Für #{number} steht keine Stufe einer Eskalation aus",
    "#escalate: there is no level {level} for #{number}": "#escalate: Für #{number} gibt es keine Stufe {level}",
    "#escalate: write what the problem is, what was tried, which errors there are, whom it concerns": (
        "#escalate: Schreiben Sie, was das Problem ist, was versucht wurde, welche Fehler es gibt, wen es betrifft"
    ),
    "#undo: there is nothing of yours on this ticket that could be taken back": (
        "#undo: An diesem Ticket ist nichts von Ihnen, das sich zurücknehmen ließe"
    ),
    "#undo: #{old} goes on in #{number}, which a mail cannot take back": (
        "#undo: #{old} geht in #{number} weiter, was eine Mail nicht zurücknehmen kann"
    ),
    # Approvals
    "#{word}: “{title}” must be approved first; it was asked of {names}, {count} of {quorum} agreed so far": (
        "#{word}: „{title}“ braucht erst eine Freigabe; gefragt sind {names}, {count} von {quorum} haben zugestimmt"
    ),
    "#{word}: “{title}” must be approved first; your other lines without #{word} have it asked": (
        "#{word}: „{title}“ braucht erst eine Freigabe; Ihre anderen Zeilen ohne #{word} lassen danach fragen"
    ),
    "#{word}: “{title}” was rejected by {name}{reason}; #approval {key} asks once more": (
        "#{word}: „{title}“ wurde von {name} abgelehnt{reason}; #approval {key} fragt noch einmal"
    ),
    "#{word}: nobody approved “{title}” in time; #approval {key} asks once more": (
        "#{word}: Niemand hat „{title}“ rechtzeitig freigegeben; #approval {key} fragt noch einmal"
    ),
    "#{word}: “{title}” was approved by {name}, who must not have the ticket: give it to somebody else": (
        "#{word}: „{title}“ hat {name} freigegeben und darf das Ticket nicht haben: Geben Sie es jemand anderem"
    ),
    "#{number}: {why}": "#{number}: {why}",
    "#{word}: which one? Write #{word} {names}": "#{word}: Welche? Schreiben Sie #{word} {names}",
    "#{word}: answer the newest mail that asks you: what is asked has changed since": (
        "#{word}: Antworten Sie auf die neueste Mail, die Sie fragt: Seitdem ist es eine andere Frage"
    ),
    "#{word}: you were not asked; {told}": "#{word}: Sie wurden nicht gefragt; {told}",
    "#{word}: nothing of #{number} waits for anybody's word": "#{word}: An #{number} wartet nichts auf ein Wort",
    "#{word}: you must not decide on “{key}” any more": "#{word}: Über „{key}“ dürfen Sie nicht mehr entscheiden",
    "#approval {name}: there is no such approval{hint}": "#approval {name}: Eine solche Freigabe gibt es nicht{hint}",
    "#approval {name}: #{number} is {state}": "#approval {name}: #{number} ist „{state}“",
    "#approval {name}: {names} approved it already": "#approval {name}: {names} hat es schon freigegeben",
    # In whose hands it is
    "#{word} {name}: there is nobody of this name here{hint}": (
        "#{word} {name}: Hier gibt es niemanden dieses Namens{hint}"
    ),
    "#{word} {name}: that may be any of {people}": "#{word} {name}: Das kann jeder von {people} sein",
    "#{word} {name}: {person} left": "#{word} {name}: {person} ist nicht mehr hier",
    "#assign {argument}: {name} may not see this ticket": "#assign {argument}: {name} darf dieses Ticket nicht sehen",
    "#unassign: nobody has #{number}": "#unassign: Niemand hat #{number}",
    "#team {argument}: there is no such team{hint}": "#team {argument}: Ein solches Team gibt es nicht{hint}",
    "#queue {argument}: there is no such queue{hint}": (
        "#queue {argument}: Eine solche Warteschlange gibt es nicht{hint}"
    ),
    "#away {argument}: only {name}, their lead or a manager may say so": (
        "#away {argument}: Das dürfen nur {name} selbst, die Teamleitung oder ein Manager sagen"
    ),
    "#away {argument}: this is no time within a year to come; write #away until friday": (
        "#away {argument}: Das ist keine Zeit innerhalb eines Jahres; schreiben Sie #away bis freitag"
    ),
    # What is said of it
    "#category {argument}: there is no such category{hint}": (
        "#category {argument}: Eine solche Kategorie gibt es nicht{hint}"
    ),
    "#{field} {argument}: there is no such {field}{hint}": (
        "#{field} {argument}: Einen solchen Wert gibt es nicht{hint}"
    ),
    "#tag -{name}: the ticket has no such tag{hint}": "#tag -{name}: Das Ticket hat diese Markierung nicht{hint}",
    "#field {name}: the rule files have no such field{hint}": (
        "#field {name}: Ein solches Feld steht nicht in den Regeln{hint}"
    ),
    "#field {name}={value}: {problem}": "#field {name}={value}: {problem}",
    "#language {argument}: write the language's code, like en or de": (
        "#language {argument}: Schreiben Sie das Kürzel der Sprache, etwa en oder de"
    ),
    # People outside
    "#requester {argument}: {address} is an address of this desk": (
        "#requester {argument}: {address} ist eine Adresse dieses Desks"
    ),
    "#cc -{address}: they take no part in it; {others} does": (
        "#cc -{address}: ist nicht beteiligt; beteiligt: {others}"
    ),
    "#{word} {address}: {name} works here and sees the ticket; #note tells colleagues": (
        "#{word} {address}: {name} arbeitet hier und sieht das Ticket; #note ist für Kollegen"
    ),
    "#{word} {address}: this is an address of the desk itself": (
        "#{word} {address}: Das ist eine Adresse des Desks selbst"
    ),
    "#{word} {address}: {count} people take part already": "#{word} {address}: Es sind schon {count} beteiligt",
    "#{word} {address}: they are of this desk; #note tells colleagues": (
        "#{word} {address}: gehört zu diesem Desk; #note ist für Kollegen"
    ),
    "#{word} {address}: this address reads no mail of people": (
        "#{word} {address}: Hier liest niemand Mail von Menschen"
    ),
    "#contact: the ticket has no requester; #requester says whose it is": (
        "#contact: Das Ticket hat keinen Absender; #requester sagt, wessen es ist"
    ),
    "#contact: {address} is of this desk; the rule files say what is known of them": (
        "#contact: {address} gehört zu diesem Desk; was bekannt ist, steht in den Regeln"
    ),
    "#contact {name}={value}: {problem}": "#contact {name}={value}: {problem}",
    "#ask {argument}: there are no words to ask with": "#ask {argument}: Es sind keine Worte da, um zu fragen",
    "#new {argument}: there are no words that say what the matter is": (
        "#new {argument}: Es sind keine Worte da, die sagen, worum es geht"
    ),
    "#write {argument}: there are no words to write": (
        "#write {argument}: Es sind keine Worte da, die zu schreiben wären"
    ),
    "#forward {argument}: the ticket has no mail of a customer": (
        "#forward {argument}: Das Ticket hat keine Mail eines Kunden"
    ),
    # What is asked for
    "#forward {argument}: #{number} is sealed: only its assignee may read it": (
        "#forward {argument}: #{number} ist versiegelt: Nur wer es hat, darf es lesen"
    ),
    "#get {place}: #{number} is sealed: only its assignee may read it": (
        "#get {place}: #{number} ist versiegelt: Nur wer es hat, darf es lesen"
    ),
    "#history: the words of #{number} are sealed: only its assignee may read them": (
        "#history: Die Worte von #{number} sind versiegelt: Nur wer es hat, darf sie lesen"
    ),
    "#get {place}: the ticket has no attachment {place}; {files}": (
        "#get {place}: Das Ticket hat keinen Anhang {place}; {files}"
    ),
    "#list {argument}: {problem}": "#list {argument}: {problem}",
    "#report by {by}: there is no such group{hint}": "#report by {by}: Eine solche Gruppe gibt es nicht{hint}",
    "#report {argument}: {problem}": "#report {argument}: {problem}",
    "#report {argument}: by mail one report at a time, of a month at most": (
        "#report {argument}: Per Mail gibt es einen Bericht auf einmal, über höchstens einen Monat"
    ),
    "#help {argument}: there is no such command{hint}": "#help {argument}: Einen solchen Befehl gibt es nicht{hint}",
    "#answer {argument}: there is no such answer{hint}": "#answer {argument}: Eine solche Antwort gibt es nicht{hint}",
    # In answer to mails by schedule
    "#reviewed: only an answer to a reminder that a review is due may say so": (
        "#reviewed: Das darf nur die Antwort auf eine Erinnerung, dass eine Durchsicht fällig ist"
    ),
    "#block: {address} cannot be blocked: {why}": "#block: {address} ist nicht zu sperren: {why}",
    "the mail names no sender": "Die Mail nennt keinen Absender",
    "they are of the house": "Sie gehören zum Haus",
    "the mail is forged, and not theirs": "Die Mail ist gefälscht und nicht von dort",
    "#{word}: only an administrator's answer to a list of held mail may say so": (
        "#{word}: Das darf nur die Antwort eines Administrators auf eine Liste zurückgehaltener Mail"
    ),
    "#{word} {number}: the list that you answered has no such number": (
        "#{word} {number}: Diese Nummer hat die beantwortete Liste nicht"
    ),
    "#{word} {number}: it is not held any more": "#{word} {number}: Sie ist nicht mehr zurückgehalten",
    "#{word} {number}: your mail says two things of it": "#{word} {number}: Ihre Mail sagt zweierlei davon",
}
