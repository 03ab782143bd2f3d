"""Yes, no, thanks, greetings and closings in Slavic languages: data, and nothing else; written as lexicon.py says."""

from collections.abc import Mapping
from typing import Final

from maild.desk.courtesy.lexicon import Lexicon

SLAVIC: Final[Mapping[str, Lexicon]] = {
    "pl": Lexicon(
        yes="""
            tak; oczywiście; zgadza się; potwierdzam; dokładnie; (już|wszystko|teraz|to|tak wszystko|)
            (działa|rozwiązane|załatwione|naprawione|w porządku|ok|gra|działa poprawnie)
            (już|teraz|dobrze|poprawnie|prawidłowo|super|); (problem|sprawa|zgłoszenie) (został|została|jest|) (już|)
            (rozwiązany|rozwiązana|załatwiona|naprawiony|zakończona); można zamknąć (zgłoszenie|ticket); proszę zamknąć
            (zgłoszenie|ticket)
        """,
        no="nie; jeszcze nie; nie jeszcze nie; niestety nie; nadal nie; nie niestety",
        thanks="""
            dziękuję; dzięki; dziękujemy; dziękuję (bardzo|ślicznie|serdecznie|pięknie); bardzo (dziękuję|dziękujemy);
            serdecznie (dziękuję|dziękujemy); wielkie dzięki; dzięki (wielkie|bardzo|serdeczne); dziękówka; dzieki;
            super; świetnie; doskonale; idealnie; rewelacja; ekstra; pięknie; dobrze; bardzo dobrze; ok; okej;
            zrozumiałem; zrozumiałam; rozumiem; jasne; proszę; proszę bardzo; nie ma (za co|problemu|sprawy); żaden
            problem; (życzę|) (miłego|dobrego) (dnia|weekendu|wieczoru|tygodnia); nawzajem; wzajemnie; super robota;
            dobra robota; wesołych świąt
        """,
        after="""
            za; pomoc; szybką; szybka; szybkie; odpowiedź; wsparcie; reakcję; informację; obsługę; wszystko; państwa;
            pana; pani; twoją; wam; jeszcze raz; raz jeszcze; z góry; i; tak; błyskawiczną; sprawną; cierpliwość;
            bardzo; okazaną; udzieloną; fachową
        """,
        greetings="""
            cześć; hej; witam; witaj; dzień dobry; dobry wieczór; szanowni państwo; szanowny panie; szanowna pani;
            drogi; droga; hej wszystkim; witam ponownie; dobry
        """,
        closings="""
            pozdrawiam; pozdrowienia; (serdecznie|) pozdrawiam (serdecznie|); (z|) (poważaniem|wyrazami
            szacunku|pozdrowieniami|serdecznymi pozdrowieniami); pozdr; pzdr; do (usłyszenia|widzenia|zobaczenia); łączę
            pozdrowienia
        """,
    ),
    "cs": Lexicon(
        yes="""
            ano; jo; jasně; jistě; určitě; samozřejmě; přesně; souhlasí; potvrzuji; (už|vše|všechno|nyní|teď|ano vše|)
            (funguje|jede|je vyřešeno|vyřešeno|je v pořádku|v pořádku|opraveno) (už|nyní|teď|dobře|správně|jak má|bez
            problémů|); problém (je|byl|) (už|) (vyřešen|odstraněn|vyřešený); můžete (tiket|ticket|požadavek) uzavřít
        """,
        no="ne; ještě ne; ne ještě ne; bohužel; bohužel ne; ne bohužel; stále ne",
        thanks="""
            děkuji; děkuju; děkujeme; díky; dík; děkuji (moc|mockrát|vám|pěkně|předem); (moc|mockrát|velmi)
            (děkuji|děkuju|díky|děkujeme); díky moc; velké díky; skvělé; skvěle; super; výborně; paráda; perfektní;
            bezva; výborné; dobře; dobrý; fajn; ok; rozumím; jasné; v pohodě; není zač; nemáte zač; rádo se stalo;
            prosím; (hezký|pěkný|krásný|příjemný) (den|víkend|večer|zbytek dne); (přeji|) (hezký|pěkný|krásný) den;
            nápodobně; i vám; dobrá práce; veselé vánoce
        """,
        after="""
            za; pomoc; rychlou; rychlé; odpověď; podporu; vyřízení; řešení; vyřešení; informaci; ochotu; trpělivost;
            vaši; všechno; vše; ještě jednou; předem; a; moc; vám; všem; skvělou; reakci; jednání; zpětnou; vazbu
        """,
        greetings="""
            ahoj; čau; zdravím; dobrý den; dobré (ráno|odpoledne|dopoledne); dobrý večer; vážený pane; vážená paní;
            milý; milá; hezký den; nazdar; krásný den
        """,
        closings="""
            (s|) (pozdravem|přáním hezkého dne|přátelským pozdravem|srdečným pozdravem|úctou); zdraví; na shledanou;
            hezký den přeje; sp; s pozdravem a přáním hezkého dne; mějte se
        """,
    ),
    "sk": Lexicon(
        yes="""
            áno; jasné; iste; samozrejme; presne; potvrdzujem; (už|všetko|teraz|áno všetko|) (funguje|ide|je
            vyriešené|vyriešené|je v poriadku|v poriadku) (už|teraz|dobre|správne|); problém (je|bol|) vyriešený; môžete
            tiket uzavrieť
        """,
        no="nie; ešte nie; nie ešte nie; bohužiaľ nie; žiaľ nie; stále nie",
        thanks="""
            ďakujem; ďakujeme; vďaka; ďakujem (veľmi|pekne|vám|krásne); (veľmi|pekne|veľmi pekne|srdečne)
            (ďakujem|ďakujeme); veľká vďaka; super; skvelé; výborne; perfektné; paráda; dobre; fajn; ok; rozumiem; v
            pohode; nie je začo; niet za čo; prosím; (pekný|príjemný|krásny) (deň|víkend|večer|zvyšok dňa); podobne; aj
            vám; veselé vianoce
        """,
        after="""
            za; pomoc; rýchlu; rýchle; odpoveď; podporu; vybavenie; vyriešenie; informáciu; ochotu; trpezlivosť; vašu;
            všetko; ešte raz; vopred; a; veľmi; vám; všetkým; reakciu
        """,
        greetings="ahoj; čau; zdravím; dobrý deň; dobré ráno; dobrý večer; vážený pán; vážená pani; milý; milá",
        closings="(s|) (pozdravom|úctou|priateľským pozdravom); pozdravujem; dovidenia; zdravím vás; maj sa",
    ),
    "hr": Lexicon(
        yes="""
            da; naravno; svakako; točno; tačno; potvrđujem; (sve|sada|sad|to|da sve|) (radi|je riješeno|riješeno|je
            rešeno|rešeno|je u redu|u redu) (sada|sad|dobro|); problem je (riješen|rešen); možete zatvoriti
            (tiket|zahtjev)
        """,
        no="ne; još ne; ne još; još uvijek ne; nažalost ne; na žalost ne",
        thanks="""
            hvala; hvala (puno|lijepa|lijepo|vam|ti|lepo|mnogo|vam puno|najljepša); puno hvala; velika hvala; mnogo
            hvala; zahvaljujem; odlično; super; savršeno; izvrsno; sjajno; dobro; jako dobro; ok; u redu; razumijem;
            nema (na čemu|problema); molim; (ugodan|lijep|prijatan) (dan|vikend); također; takođe
        """,
        after="""
            na; za; pomoći; pomoć; brzom; brzi; odgovoru; odgovor; podršci; podršku; svemu; sve; još jednom; unaprijed;
            unapred; i; svima; vam; brzoj; trudu; informaciji
        """,
        greetings="""
            bok; pozdrav; zdravo; dobar dan; dobro jutro; dobra večer; dobro veče; poštovani; poštovana; dragi; draga
        """,
        closings="""
            (srdačan|lijep|lep|) pozdrav; lp; (s|sa|) (poštovanjem|štovanjem); pozdrav svima; doviđenja; srdačno
        """,
    ),
    "ru": Lexicon(
        yes="""
            да; ага; конечно; верно; точно; подтверждаю; так точно; (всё|все|теперь|да всё|да все|да теперь|уже|сейчас|)
            (работает|заработало|решено|исправлено|в порядке|хорошо|ок|получилось|наладилось|устранено)
            (теперь|сейчас|отлично|хорошо|нормально|); (проблема|вопрос|задача) (уже|)
            (решена|решён|решен|устранена|закрыт|исправлена); (заявку|тикет|обращение) можно (закрыть|закрывать); можно
            закрывать
        """,
        no="""
            нет; неа; ещё нет; пока нет; нет ещё; нет пока; увы нет; к сожалению нет; всё ещё нет; не решено; не решена
        """,
        thanks="""
            спасибо; спасибо (большое|огромное|вам|тебе|вам большое|всем); большое спасибо; огромное спасибо; спс;
            пасиб; благодарю; благодарим; благодарю вас; (очень|) (признателен|признательна|благодарен|благодарна);
            отлично; супер; прекрасно; замечательно; здорово; класс; хорошо; очень хорошо; круто; ок; окей; ладно;
            понял; поняла; понятно; принято; договорились; ясно; пожалуйста; не за что; без проблем; нет проблем; не
            стоит благодарности; (хорошего|доброго|удачного|приятного) (дня|вечера|недели); (хороших|приятных) выходных;
            взаимно; и вам; и вам того же; с новым годом; хорошая работа
        """,
        after="""
            за; помощь; быструю; быстрый; оперативную; оперативный; ответ; поддержку; решение; оперативность;
            содействие; информацию; терпение; работу; вашу; ваш; всё; все; ещё раз; заранее; и; очень; всем; вам;
            большое; огромное; внимание; отличную; скорость
        """,
        greetings="""
            привет; здравствуйте; здравствуй; добрый (день|вечер); доброе утро; доброго (дня|времени суток); уважаемый;
            уважаемая; уважаемые; уважаемые коллеги; коллеги; привет всем; приветствую; дорогой; дорогая
        """,
        closings="""
            (с|) (уважением|наилучшими пожеланиями|благодарностью|искренним уважением); всего
            (доброго|хорошего|наилучшего); до свидания; всех благ; искренне ваш; с ув
        """,
    ),
    "uk": Lexicon(
        yes="""
            так; ага; звичайно; звісно; вірно; точно; підтверджую; (все|усе|тепер|вже|так все|)
            (працює|запрацювало|вирішено|виправлено|гаразд|добре|в порядку) (тепер|зараз|добре|);
            (проблема|проблему|питання) (вже|) (вирішена|вирішено|усунено); (заявку|тікет) можна закрити
        """,
        no="ні; ще ні; поки ні; на жаль ні; ні ще ні; не вирішено",
        thanks="""
            дякую; дякуємо; дякую (дуже|вам|щиро|велике); щиро дякую; дуже дякую; велике дякую; спасибі; вдячний;
            вдячна; чудово; супер; прекрасно; відмінно; добре; дуже добре; класно; ок; окей; гаразд; зрозумів;
            зрозуміла; зрозуміло; прийнято; будь ласка; прошу; нема за що; немає за що; без проблем;
            (гарного|хорошого|чудового) (дня|вечора|тижня); гарних вихідних; навзаєм; і вам; з новим роком
        """,
        after="""
            за; допомогу; швидку; швидка; швидку; відповідь; підтримку; вирішення; інформацію; оперативність; роботу;
            терпіння; вашу; все; ще раз; заздалегідь; і; та; дуже; всім; вам; оперативну
        """,
        greetings="""
            привіт; вітаю; доброго (дня|ранку|вечора); добрий (день|вечір|ранок); шановний; шановна; шановні;
            здрастуйте; шановні колеги
        """,
        closings="""
            (з|) (повагою|найкращими побажаннями|вдячністю); всього (найкращого|доброго); до побачення; на все добре
        """,
    ),
    "bg": Lexicon(
        yes="""
            да; разбира се; точно; потвърждавам; (вече|всичко|сега|да вече|) (работи|е решено|решено|е
            наред|наред|оправи се) (вече|сега|добре|); проблемът (е|беше|) (решен|отстранен)
        """,
        no="не; още не; все още не; за съжаление не; не още",
        thanks="""
            благодаря; благодарим; благодаря (много|ви|ти); много благодаря; мерси; хиляди благодарности; чудесно;
            супер; страхотно; отлично; перфектно; добре; много добре; ок; окей; разбрах; няма (проблем|защо); моля;
            (хубав|приятен|лек) (ден|уикенд); хубава вечер; подобно
        """,
        after="""
            за; помощта; бързата; бързия; отговор; отговора; съдействието; реакция; всичко; много; отново; и;
            предварително; ви; поддръжката
        """,
        greetings="здравей; здравейте; добър ден; добро утро; добър вечер; уважаеми; уважаема; привет",
        closings="поздрави; (с|) (уважение|поздрави|най добри пожелания); сърдечни поздрави; довиждане",
    ),
}
