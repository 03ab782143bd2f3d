"""Yes, no, thanks, greetings and closings in Romance languages: data, and nothing else; written as lexicon.py says."""

from collections.abc import Mapping
from typing import Final

from maild.desk.courtesy.lexicon import Lexicon

ROMANCE: Final[Mapping[str, Lexicon]] = {
    "fr": Lexicon(
        yes="""
            oui; ouais; si; bien sûr; tout à fait; exactement; effectivement; je confirme; confirmé; (oui|) (cest|tout
            est|le problème est|problème|ça a été|cela est|la demande est) (bien|maintenant|)
            (résolu|réglé|bon|réparé|résolue) (maintenant|); (ça|cela|tout|cest|)
            (fonctionne|marche|remarche|refonctionne) (bien|très bien|parfaitement|à nouveau|de nouveau|nickel|)
            (maintenant|désormais|); (cest|tout est) (bon|ok|parfait|en ordre|rentré dans lordre) (maintenant|pour
            moi|); résolu; réglé; vous pouvez (fermer|clôturer|clore) (le|ce) (ticket|dossier)
        """,
        no="""
            non; nan; non pas (encore|vraiment); pas (encore|vraiment|résolu); toujours pas; malheureusement (non|pas);
            hélas non
        """,
        thanks="""
            merci; merci (beaucoup|bien|infiniment|mille fois|à vous|à toi|à tous|dávance); mille mercis; un grand
            merci; grand merci; (je|nous) (vous|te) (remercie|remercions); parfait; super; génial; excellent; très bien;
            bien; cool; top; nickel; impeccable; formidable; daccord; dac; ok; okay; entendu; bien reçu; bien noté;
            noté; compris; ça marche pour moi; de rien; je vous en prie; je ten prie; pas de (problème|souci|soucis);
            aucun (problème|souci); avec plaisir; svp; sil vous plaît; (très|) bonne (journée|soirée|fin de
            journée|semaine|année) (à vous|à toi|); bon (week end|weekend|après midi); à vous aussi; bravo; cest
            (parfait|super|gentil|très gentil); joyeux noël; bonnes fêtes
        """,
        after="""
            pour; votre; ton; vos; le; la; les; laide; lassistance; aide; assistance; réponse; retour; réactivité;
            rapidité; rapide; efficacité; efficace; travail; service; support; intervention; patience; tout; à; vous;
            tous; toute; léquipe; équipe; encore; et; très; bonne; votre; infiniment; davance; par avance; information;
            linformation; cette; ce; de; précieuse
        """,
        greetings="""
            bonjour; bonsoir; salut; coucou; hello; cher; chère; chers; bonjour (à tous|madame|monsieur|léquipe);
            madame; monsieur; madame monsieur; rebonjour
        """,
        closings="""
            cordialement; bien (cordialement|à vous|à toi); (très|) cordialement; sincèrement; (mes|)
            (sincères|meilleures|cordiales) salutations; salutations (distinguées|cordiales|); cdt; cdlt; bav;
            amicalement; respectueusement; à (bientôt|plus); au revoir; bises; amitiés; bonne réception
        """,
    ),
    "es": Lexicon(
        yes="""
            sí; claro; claro que sí; por supuesto; correcto; efectivamente; así es; confirmo; confirmado; exacto;
            (ya|todo|esto|) (está|quedó|ha quedado) (ya|todo|)
            (solucionado|resuelto|arreglado|listo|bien|ok|correcto|funcionando); (el|) problema (está|fue|quedó|ha
            sido|) (ya|) (solucionado|resuelto|arreglado); solucionado; resuelto; arreglado; (ya|ahora|todo|)
            (funciona|me funciona|funcionó) (bien|todo|perfectamente|correctamente|perfecto|) (ahora|ya|de nuevo|otra
            vez|); (todo|) (bien|perfecto|ok|correcto) ahora; pueden cerrar (el|este) (ticket|caso); puede cerrar
            (el|este) (ticket|caso)
        """,
        no="""
            no; todavía no; aún no; no todavía; lamentablemente no; desgraciadamente no; no del todo; no está
            (solucionado|resuelto); para nada
        """,
        thanks="""
            gracias; muchas gracias; muchísimas gracias; mil gracias; gracias (mil|); gracias a
            (ti|usted|ustedes|todos|vosotros); muy agradecido; muy agradecida; (se|te|le|les|os|) agradezco; perfecto;
            genial; excelente; estupendo; fantástico; fenomenal; muy bien; bien; buenísimo; súper; ok; okay; vale; de
            acuerdo; entendido; recibido; listo; de nada; no hay de qué; ningún problema; sin problema; no hay problema;
            un placer; por favor; (que tenga|que tengas|) (un|) (buen|lindo|feliz|excelente) (día|fin de semana|finde);
            (buenas|buena) (tarde|tardes|noches|semana); igualmente; qué bien; buen trabajo; feliz navidad
        """,
        after="""
            por; su; tu; vuestra; vuestro; la; el; las; los; toda; todo; ayuda; apoyo; atención; respuesta; rápida;
            rápido; pronta; rapidez; gestión; servicio; soporte; colaboración; paciencia; excelente; gran; de nuevo;
            nuevamente; otra vez; de antemano; y; muy; amable; a; todos; equipo; información; solución; tan
        """,
        greetings="""
            hola; buenos días; buenas; buenas tardes; buenas noches; buen día; estimado; estimada; estimados; estimadas;
            querido; querida; hola (a todos|de nuevo|equipo|buenos días|buenas tardes)
        """,
        closings="""
            saludos; un saludo; saludos (cordiales|atentos); (un|) cordial saludo; (reciba|reciban) un cordial saludo;
            atentamente; muy atentamente; atte; cordialmente; (un|) (abrazo|fuerte abrazo); hasta (luego|pronto); adiós;
            slds; sinceramente
        """,
    ),
    "it": Lexicon(
        yes="""
            sì; certo; certamente; esatto; esattamente; confermo; confermato; corretto; (è|tutto|è tutto|ora|adesso|)
            (risolto|sistemato|a posto|ok|apposto) (ora|adesso|grazie|); (il|) problema (è|è stato|) (ora|) risolto;
            (ora|adesso|tutto|sì ora|) (funziona|funziona tutto|va|va tutto)
            (bene|perfettamente|benissimo|correttamente|) (ora|adesso|di nuovo|); potete chiudere (il|questo) ticket;
            può chiudere il ticket
        """,
        no="""
            no; non ancora; no non ancora; purtroppo; purtroppo no; purtroppo non ancora; ancora no; non è risolto; non
            risolto
        """,
        thanks="""
            grazie; grazie (mille|tante|infinite|di cuore|a voi|a lei|a te|a tutti); mille grazie; tante grazie; molte
            grazie; (la|vi|ti) ringrazio; ringrazio; perfetto; ottimo; eccellente; fantastico; benissimo; bene; molto
            bene; va bene; bravi; bravissimi; ok; okay; daccordo; capito; ricevuto; prego; di niente; di nulla; nessun
            problema; non cè problema; figurati; si figuri; per favore; (buona|) (giornata|serata); buon
            (lavoro|pomeriggio|weekend|fine settimana); buona (settimana|domenica); altrettanto; ottimo lavoro;
            gentilissimi; gentilissimo; gentilissima; buon natale; buone feste
        """,
        after="""
            per; il; la; perl; laiuto; aiuto; lassistenza; assistenza; supporto; risposta; rapida; veloce; tempestiva;
            pronta; celere; vostro; vostra; suo; sua; tuo; tua; disponibilità; gentilezza; pazienza; tutto; velocità;
            cortesia; ancora; di nuovo; e; lintervento; intervento; molto; davvero; servizio; ottimo; ottima;
            anticipatamente; in anticipo; a; tutti
        """,
        greetings="""
            ciao; salve; buongiorno; buonasera; buon giorno; buona sera; gentile; gentili; egregio; caro; cara; cari;
            spettabile; ciao a tutti; buongiorno a tutti; gentile (signora|signor)
        """,
        closings="""
            (cordiali|distinti|cari|tanti|) saluti; (un|) (cordiale|caro) saluto; cordialmente; a presto; arrivederci;
            in fede; un abbraccio; cordialità
        """,
    ),
    "pt": Lexicon(
        yes="""
            sim; claro; com certeza; certo; correto; exato; exatamente; confirmo; confirmado; (já|está|tudo|agora|)
            (está|ficou|foi|) (tudo|já|) (resolvido|solucionado|certo|funcionando|ok|a funcionar) (agora|); (o|)
            problema (está|foi|já foi|) (resolvido|solucionado); (já|agora|tudo|) (funciona|funcionou|está a funcionar)
            (bem|perfeitamente|tudo|direito|) (agora|novamente|de novo|); deu certo; (pode|podem) (fechar|encerrar) o
            (ticket|chamado)
        """,
        no="não; ainda não; não ainda; infelizmente não; não está resolvido; nao",
        thanks="""
            obrigado; obrigada; muito (obrigado|obrigada); (muitíssimo|) (obrigado|obrigada) (mesmo|a todos|);
            obrigadão; valeu; agradeço; agradecido; agradecida; grato; grata; (muito|) agradecidos; perfeito; ótimo;
            óptimo; excelente; maravilha; show; beleza; bom; muito bom; muito bem; bem; legal; fantástico; tudo bem; ok;
            okay; combinado; entendido; de nada; por nada; sem problema; sem problemas; disponha; imagina; por favor;
            (tenha um|) (bom|ótimo|excelente) (dia|fim de semana|final de semana|trabalho); boa (tarde|noite|semana);
            igualmente; feliz natal; bom trabalho
        """,
        after="""
            pela; pelo; por; a; o; sua; seu; vossa; tua; ajuda; apoio; atenção; resposta; retorno; rápida; rápido;
            rapidez; pronta; presteza; suporte; assistência; serviço; colaboração; paciência; tudo; mais uma vez;
            novamente; desde já; e; todos; equipe; equipa; excelente; grande; muito; informação; atendimento
        """,
        greetings="""
            olá; oi; bom dia; boa tarde; boa noite; prezado; prezada; prezados; caro; cara; caros; estimado; estimada;
            (olá|oi) (bom dia|boa tarde|a todos|pessoal); bom dia a todos
        """,
        closings="""
            (atenciosamente|cordialmente|respeitosamente); att; atte; abraços; (um|) abraço; abs; (com os|os|)
            (melhores|meus melhores) cumprimentos; cumprimentos; cumps; saudações; (muito|) atentamente; até
            (logo|breve|mais)
        """,
    ),
    "ro": Lexicon(
        yes="""
            da; sigur; desigur; bineînțeles; exact; corect; confirm; confirmat; (acum|totul|da acum|este|e|sa|)
            (merge|funcționează|rezolvat|este rezolvat|e rezolvat|e în regulă|este în regulă|e ok)
            (acum|bine|perfect|din nou|); problema (a fost|sa|este|e) (rezolvată|rezolvat); puteți închide tichetul
        """,
        no="nu; încă nu; nu încă; din păcate nu; nu din păcate",
        thanks="""
            mulțumesc; mulțumim; mersi; merci; mulțumesc (mult|frumos|anticipat); (vă|îți) mulțumesc (mult|frumos|);
            mulțumesc mult de tot; mulțam; perfect; super; excelent; grozav; minunat; foarte bine; bine; ok; în regulă;
            am înțeles; înțeles; cu plăcere; nicio problemă; nu aveți pentru ce; vă rog; (o|) (zi|seară|săptămână)
            (bună|frumoasă|plăcută); (un|) weekend plăcut; la fel; asemenea; crăciun fericit
        """,
        after="""
            pentru; ajutor; ajutorul; sprijin; sprijinul; răspuns; răspunsul; rapid; prompt; acordat; promptitudine;
            suport; tot; încă o dată; din nou; și; foarte; tuturor; dumneavoastră; informații; anticipat; mult
        """,
        greetings="""
            bună; salut; bună ziua; bună dimineața; bună seara; stimate domn; stimată doamnă; stimați; dragă; buna ziua
            tuturor
        """,
        closings="""
            (cu|) (stimă|respect|drag|prietenie); (toate cele bune|numai bine); cele bune; o zi bună; la revedere;
            salutări; cu deosebită considerație
        """,
    ),
}
