"""Yes, no, thanks, greetings and closings in Germanic languages: data, and nothing else; written as lexicon.py says."""

from collections.abc import Mapping
from typing import Final

from maild.desk.courtesy.lexicon import Lexicon

GERMANIC: Final[Mapping[str, Lexicon]] = {
    "en": Lexicon(
        yes="""
            yes; yes it (is|does|did|has|was); yep; yup; yeah; yea; yess; sure; of course; indeed; absolutely;
            definitely; correct; confirmed; i confirm; (it|this|that|everything|all|its) (is|) (now|)
            (solved|resolved|fixed|done|sorted|working) (now|again|); (the|my|) (problem|issue|matter) (is|has been|)
            (now|) (solved|resolved|fixed|gone) (now|); (solved|resolved|fixed|done|sorted) (now|);
            (it|this|that|everything|all|) (works|worked|working) (fine|well|great|perfectly|perfect|like a charm|)
            (now|again|); that (did|has done) it; (all|everything is|its all|we are all|im all|) good (now|); all
            (good|set|fine|okay|ok|sorted) (now|); (please|you can|you may|you could|feel free to|) close (the|this|my)
            (ticket|case|request|issue)
        """,
        no="""
            no; nope; nah; no it (is|does|has) not; no it (isnt|doesnt|hasnt); (not|no not)
            (yet|really|solved|resolved|fixed); unfortunately (not|no); sadly not; im afraid not; (no|) still not; (it
            is|its) not (solved|resolved|fixed)
        """,
        thanks="""
            thanks; thank you; thank u; thankyou; thx; thnx; tnx; ty; tyvm; many thanks; thanks a (lot|million|bunch);
            cheers; ta; much (appreciated|obliged); (i|we|) (really|) appreciate (it|that|your help); great; perfect;
            excellent; super; awesome; wonderful; brilliant; fantastic; lovely; nice; cool; amazing; ok; okay; k;
            alright; all right; fine; good; very good; sounds good; (great|good|excellent|nice)
            (job|work|service|support|news); well done; got it; noted; understood; will do; received; (youre|you are|)
            welcome; no (problem|problems|worries|prob); my pleasure; not at all; please; have a
            (great|good|nice|lovely) (day|weekend|evening|week|one); and (a|) (good|nice|great) (day|weekend);
            (you|youre|you are) (the|) best; you too; same to you; that is (great|perfect|good|fine); thats
            (great|perfect|good|fine|all); that is all; happy (new year|holidays|easter); merry christmas
        """,
        after="""
            for; your; the; all; you; so; very; much; again; kindly; quick; fast; prompt; speedy; swift; rapid; great;
            kind; good; excellent; help; support; assistance; reply; response; answer; service; work; effort; efforts;
            time; patience; everything; helping; information; info; update; letting; me; us; know; everyone; team; guys;
            a lot; in advance; indeed; feedback; getting back to; sorting (it|this|that) (out|); fixing (it|this|that);
            looking into (it|this); and; really; both
        """,
        greetings="""
            hi; hello; hey; hi there; hello there; hey there; dear; good (morning|afternoon|evening|day); greetings;
            dear (all|team|sir|madam|sirs|sir or madam|support|support team); to whom it may concern; (hi|hello|hey)
            (all|team|guys|everyone|folks|both|support|again)
        """,
        closings="""
            (best|kind|warm|many|kindest|warmest|) regards; (all the|) best (wishes|); sincerely; sincerely yours; yours
            (sincerely|faithfully|truly|); br; kr; rgds; brgds; b rgds; regs; cordially; respectfully; take care; bye;
            bye bye; see you; xx; yours
        """,
    ),
    "de": Lexicon(
        yes="""
            ja; ja (das|es|) ist (es|gelöst|erledigt); jo; jep; jawohl; jup; joa; klar; natürlich; stimmt; korrekt;
            genau; bestätigt; (alles|das|es|jetzt|nun|) (passt|klappt|funktioniert|geht|läuft) (jetzt|nun|wieder|jetzt
            wieder|so|alles|wieder alles|alles wieder|einwandfrei|bestens|wunderbar|perfekt|prima|super|gut|); hat
            (geklappt|funktioniert|alles geklappt); (es|alles|das|ist|) (gelöst|erledigt|behoben) (jetzt|worden|);
            (das|es|alles|) ist (jetzt|nun|alles|) (gelöst|erledigt|behoben|in ordnung|okay|ok|gut); (das|) problem
            (ist|wurde|) (jetzt|nun|) (gelöst|behoben|erledigt|weg); hat sich erledigt; alles (gut|bestens|in
            ordnung|ok|okay|erledigt) (jetzt|); in ordnung so; (das|) ticket kann geschlossen werden; (sie können|du
            kannst|ihr könnt|bitte|) (das|) ticket (bitte|) (schließen|schliessen|zu machen); (sie können|du kannst)
            (das|dieses) ticket (gerne|gern|bitte) (schließen|schliessen)
        """,
        no="""
            nein; nö; nee; ne; leider (nein|nicht|noch nicht); (noch|immer noch|nein noch) nicht; nicht gelöst; nein
            leider (nicht|); nein ist es nicht
        """,
        thanks="""
            danke; danke (schön|sehr|dir|ihnen|euch); dankeschön; dankesehr; vielen (dank|lieben dank|herzlichen dank);
            besten dank; herzlichen dank; lieben dank; tausend dank; (ich|wir|) (bedanke mich|bedanken uns|danke
            ihnen|danke dir); merci; super; toll; prima; perfekt; klasse; spitze; wunderbar; großartig; sehr gut; gut;
            bestens; hervorragend; ausgezeichnet; genial; cool; top; mega; fein; schön; sehr schön; freut mich; alles
            klar; geht klar; in ordnung; okay; ok; einverstanden; verstanden; gern geschehen; gerne; bitte; bitte sehr;
            bitteschön; kein problem; keine ursache; nichts zu danken; (ein|) (schönes|schoenes) wochenende; (einen|)
            (schönen|guten|angenehmen) (tag|abend|feierabend) (noch|); schöne (woche|feiertage); (ihnen|dir|euch) auch;
            frohe (weihnachten|ostern); guten rutsch; super (service|arbeit|support|hilfe); gute arbeit
        """,
        after="""
            für; die; den; das; ihre; deine; eure; ihren; deinen; der; so; sehr; nochmal; nochmals; noch; einmal;
            schnelle; rasche; schnellen; prompte; gute; tolle; super; freundliche; hilfe; unterstützung; antwort;
            rückmeldung; info; information; bearbeitung; erledigung; hilfestellung; bemühungen; mühe; geduld; service;
            support; alles; an; alle; team; ganze; vorab; im voraus; und; ihr; euch; auch; dafür; schon mal; bereits
        """,
        greetings="""
            hallo; hi; hey; moin; moin moin; servus; grüß gott; grüezi; guten (tag|morgen|abend); liebe; lieber; liebes;
            sehr geehrte; sehr geehrter; sehr geehrte damen und herren; hallo (zusammen|team|liebes team|ihr
            lieben|nochmal); liebes (team|support team); guten tag zusammen
        """,
        closings="""
            (mit|) (freundlichen|besten|lieben|herzlichen|vielen|schönen|sonnigen|kollegialen)
            (grüßen|grüssen|gruessen|grüße|grüsse|gruß|gruss|gruessen);
            (viele|liebe|beste|herzliche|freundliche|schöne|sonnige) (grüße|grüsse|gruesse|grueße);
            (lieben|besten|schönen|vielen|herzlichen|freundlichen) (gruß|gruss); (gruß|gruss|grüße|grüsse|gruesse); mfg;
            lg; vg; bg; hg; glg; m f g; tschüss; tschüß; ciao; bis (bald|dann); hochachtungsvoll; ihr; ihre; dein;
            deine
        """,
    ),
    "nl": Lexicon(
        yes="""
            ja; jawel; jazeker; zeker; klopt; inderdaad; bevestigd; (het|alles|dit|dat|nu|) (is|) (nu|)
            (opgelost|verholpen|gelukt|in orde|geregeld|goed) (nu|); (het|) probleem (is|) (nu|) (opgelost|verholpen);
            (het|alles|nu|) (werkt|doet het) (nu|weer|alles|nu weer|weer goed|goed|prima|perfect|nu goed|); (u kunt|je
            kunt|jullie kunnen|) (het|dit|de) ticket (mag|kan|) (gesloten worden|sluiten|dicht)
        """,
        no="nee; neen; nog niet; nee nog niet; helaas (niet|nog niet|nee); nee helaas (niet|); niet opgelost",
        thanks="""
            dank; dank (je|u|jullie) (wel|zeer|); dankjewel; dankuwel; bedankt; hartelijk (dank|bedankt); heel erg
            bedankt; ontzettend bedankt; super bedankt; alvast bedankt; veel dank; merci; top; super; geweldig; fijn;
            perfect; prima; mooi; uitstekend; goed; heel goed; helemaal goed; oké; ok; oke; akkoord; begrepen;
            duidelijk; graag gedaan; geen (probleem|dank); alsjeblieft; alstublieft; (een|) (fijne|prettige|goede|mooie)
            (dag|avond|week|dag verder|weekend|feestdagen); fijn weekend; prettig weekend; goed gedaan; insgelijks; jij
            ook; u ook; goed werk
        """,
        after="""
            voor; de; het; je; uw; jullie; hulp; snelle; vlotte; goede; fijne; reactie; antwoord; ondersteuning;
            service; support; moeite; oplossing; geduld; alles; nogmaals; weer; zo; zeer; erg; hartelijk; en; team;
            informatie; terugkoppeling; allemaal; wel
        """,
        greetings="""
            hallo; hoi; hi; dag; goedemorgen; goedemiddag; goedenavond; goedendag; beste; geachte; geachte
            (heer|mevrouw|heer mevrouw); lieve; hallo (allemaal|team); beste (allemaal|team)
        """,
        closings="""
            (met|) (vriendelijke|hartelijke|beste|warme|zonnige|fijne) (groet|groeten); mvg; m vr gr; gr; groet;
            groeten; groetjes; hoogachtend; tot ziens; doei; vriendelijk groetend; vr gr; mvrgr
        """,
    ),
    "sv": Lexicon(
        yes="""
            ja; jo; japp; jajamän; absolut; visst; självklart; stämmer; det stämmer; bekräftar; (det|allt|nu|ja nu|ja
            det|) (fungerar|funkar|är löst|löst|är klart|är ok|är bra|är fixat|fixat) (nu|igen|bra|nu
            igen|perfekt|utmärkt|som det ska|); problemet (är|) löst (nu|); (ni|du) kan stänga ärendet
        """,
        no="nej; nä; inte än; nej inte än; tyvärr (inte|nej|inte än); nej tyvärr (inte|); inte löst",
        thanks="""
            tack; tack (så mycket|så hemskt mycket|ska du ha|på förhand|snälla); tackar; tusen tack; stort tack; många
            tack; jättetack; tackar så mycket; toppen; super; perfekt; bra; jättebra; mycket bra; utmärkt; underbart;
            härligt; kanon; fint; strålande; snyggt; grymt; ok; okej; uppfattat; förstått; noterat; varsågod; inga
            problem; ingen fara; ingen orsak; (ha|) (en|) (trevlig|bra|fin) (dag|helg|kväll|vecka); detsamma; bra
            jobbat; god jul
        """,
        after="""
            för; hjälpen; din; er; den; snabba; snabb; hjälp; svaret; svar; supporten; support; allt; igen; återigen;
            och; så; mycket; hemskt; all; återkopplingen; informationen; tålamodet; arbetet; fina; goda; det; alla;
            teamet
        """,
        greetings="hej; hejsan; hallå; tjena; god (morgon|kväll); goddag; hej (alla|igen|på er); kära; bästa",
        closings="""
            (med|) (vänliga|vänlig|bästa|varma|trevliga|många) (hälsningar|hälsning); mvh; hälsningar; hälsn; vh; hej
            då; hejdå; vi hörs; högaktningsfullt
        """,
    ),
    "da": Lexicon(
        yes="""
            ja; jo; jep; jada; selvfølgelig; bekræftet; det stemmer; (det|alt|nu|ja det|ja nu|) (virker|fungerer|er
            løst|løst|er i orden|er ok|er fikset|er klaret) (nu|igen|fint|perfekt|nu igen|godt|); problemet er løst
            (nu|); (i|du) (må gerne|kan) lukke sagen
        """,
        no="nej; ikke endnu; nej ikke endnu; desværre (ikke|nej|ikke endnu); nej desværre (ikke|)",
        thanks="""
            tak; tak (skal du have|skal i have|for det); mange tak; tusind tak; tusinde tak; super; perfekt; fint; godt;
            rigtig (godt|fint); det er (fint|super|perfekt|godt); dejligt; fantastisk; fedt; herligt; skønt; ok; okay;
            forstået; modtaget; selv tak; velbekomme; det var så lidt; ingen problemer; intet problem; (hav|fortsat|)
            (en|) (god|dejlig|rigtig god) (dag|weekend|aften|uge); i lige måde; godt arbejde; glædelig jul; tak skal du
            ha
        """,
        after="""
            for; hjælpen; hjælp; den; din; jeres; hurtige; hurtig; svar; svaret; god; gode; støtte; support; alt; det;
            igen; så; meget; og; endnu engang; på forhånd; service; tilbagemelding; tålmodighed; alle; rigtig
        """,
        greetings="hej; hejsa; goddag; god (morgen|aften|dag); kære; hej (alle|igen|alle sammen); halløj",
        closings="""
            (med|) (venlig|venlige|bedste|de bedste|kærlig|mange) (hilsen|hilsner|hilsener); mvh; vh; hilsen; hilsner;
            kh; dbh; de bedste hilsner; farvel; vi ses
        """,
    ),
    "no": Lexicon(
        yes="""
            ja; jo; jepp; jada; selvfølgelig; selvsagt; bekreftet; det stemmer; (det|alt|nå|ja nå|ja det|)
            (virker|fungerer|funker|er løst|løst|er i orden|er ok|er fikset|ordnet seg) (nå|igjen|fint|bra|perfekt|nå
            igjen|); problemet er løst (nå|); dere kan lukke saken
        """,
        no="nei; ikke ennå; nei ikke ennå; dessverre (ikke|nei|ikke ennå); nei dessverre (ikke|)",
        thanks="""
            takk; takk (skal du ha|skal dere ha|for det); (mange|tusen|hjertelig) takk; supert; perfekt; flott; fint;
            bra; kjempebra; veldig bra; herlig; utmerket; strålende; topp; konge; ok; okei; greit; den er god; forstått;
            notert; bare hyggelig; vær så god; ingen (problem|problemer|årsak); (ha|) (en|) (fin|god|strålende)
            (dag|helg|kveld|uke); i like måte; god jul; bra jobba; bra jobbet
        """,
        after="""
            for; hjelpen; hjelp; den; din; deres; raske; rask; svar; svaret; god; gode; support; alt; igjen; så; mye;
            og; nok en gang; på forhånd; service; tilbakemelding; tålmodigheten; alle; flott
        """,
        greetings="hei; heisann; hallo; god (morgen|kveld|dag); kjære; hei (alle|igjen|sann)",
        closings="(med|) (vennlig|beste|hjertelig) (hilsen|hilsener); mvh; vh; hilsen; hilsener; ha det; snakkes",
    ),
}
