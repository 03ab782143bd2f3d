"""Yes, no, thanks, greetings and closings in further languages: data, and nothing else; written as lexicon.py says."""

from collections.abc import Mapping
from typing import Final

from maild.desk.courtesy.lexicon import Lexicon

OTHER: Final[Mapping[str, Lexicon]] = {
    "fi": Lexicon(
        yes="""
            kyllä; joo; juu; jep; kyllä on; toki; pitää paikkansa; vahvistan; (se|kaikki|nyt|kyllä nyt|kyllä|)
            (toimii|toimi|on ratkaistu|ratkesi|on kunnossa|on ok|kunnossa) (nyt|taas|hyvin|hienosti|nyt
            taas|moitteettomasti|); ongelma (on|) (nyt|) (ratkaistu|ratkesi|korjattu|poistui); ratkaistu; tiketin voi
            sulkea
        """,
        no="ei; ei ole; ei vielä; ei vieläkään; valitettavasti ei; ei valitettavasti",
        thanks="""
            kiitos; kiitoksia; kiitti; kiitos (paljon|hei|teille|sinulle); paljon kiitoksia; paljon kiitos; suuri
            kiitos; suurkiitos; suuret kiitokset; iso kiitos; tuhannet kiitokset; hienoa; mahtavaa; loistavaa;
            erinomaista; hyvä; hyvä juttu; super; upeaa; täydellistä; mainiota; ok; okei; selvä; selvä juttu; asia
            selvä; ymmärrän; ole hyvä; olkaa hyvä; ei (kestä|ongelmaa|haittaa|mitään); eipä kestä; (hyvää|mukavaa)
            (päivää|päivänjatkoa|viikonloppua|iltaa|viikkoa|päivän jatkoa|joulua); samoin; kiitos samoin; hyvää työtä
        """,
        after="""
            avusta; avustanne; nopeasta; vastauksesta; tuesta; palvelusta; hyvästä; kaikesta; vielä; kerran; etukäteen;
            ja; teille; kaikille; kovasti; oikein; tiedosta; toiminnasta; ripeästä; nopeasti
        """,
        greetings="""
            hei; moi; moikka; terve; huomenta; hyvää (huomenta|päivää|iltaa|iltapäivää); päivää; hei (kaikki|taas);
            hyvä; arvoisa
        """,
        closings="""
            (ystävällisin|parhain|lämpimin|terveisin|) (terveisin|terveisiin); terveisin; terv; t; yt; ystävällisesti;
            kunnioittavasti; näkemiin; hei hei
        """,
    ),
    "hu": Lexicon(
        yes="""
            igen; persze; természetesen; pontosan; megerősítem; (már|minden|most|igen most|igen már|)
            (működik|jó|rendben|rendben van|megoldva|megoldódott|megoldott) (már|most|jól|tökéletesen|); (a|) probléma
            (megoldódott|megoldva|megoldott); megoldódott; lezárhatják a (jegyet|hibajegyet)
        """,
        no="nem; még nem; nem még nem; sajnos nem; sajnos még nem; még mindig nem",
        thanks="""
            köszönöm; köszönjük; köszi; kösz; köszönöm (szépen|a segítséget); nagyon (szépen|) (köszönöm|köszönjük);
            köszönet; hálásan köszönöm; ezer köszönet; kiváló; szuper; remek; nagyszerű; tökéletes; jó; nagyon jó;
            rendben; oké; ok; értem; értettem; szívesen; nincs mit; nem probléma; kérem; (további|) (szép|jó|kellemes)
            (napot|hétvégét|estét|munkát|hetet); viszont kívánom; boldog karácsonyt
        """,
        after="""
            a; az; segítséget; gyors; segítséged; segítségét; választ; válaszát; támogatást; ügyintézést; türelmet;
            mindent; még egyszer; ismételten; előre is; és; nagyon; szépen; tájékoztatást; intézkedést; munkát;
            mindenkinek
        """,
        greetings="""
            szia; sziasztok; helló; üdv; üdvözlöm; kedves; tisztelt; jó (napot|reggelt|estét); tisztelt
            (hölgyem|uram|cím); jó napot kívánok
        """,
        closings="""
            üdvözlettel; (szívélyes|baráti|tisztelettel|) üdvözlettel; tisztelettel; köszönettel; üdv; viszlát;
            viszontlátásra; puszi
        """,
    ),
    "tr": Lexicon(
        yes="""
            evet; tabii; tabii ki; elbette; aynen; doğru; onaylıyorum; (şimdi|her şey|herşey|evet
            şimdi|sorun|problem|evet|) (çalışıyor|çözüldü|düzeldi|halloldu|hallolmuş|tamam) (şimdi|artık|);
            (talebi|bileti|kaydı) kapatabilirsiniz
        """,
        no="hayır; henüz değil; hayır henüz değil; maalesef hayır; yok; maalesef; çözülmedi; hayır çözülmedi",
        thanks="""
            teşekkürler; teşekkür ederim; teşekkür ederiz; çok teşekkürler; çok teşekkür ederim; çok teşekkür ederiz;
            sağ olun; sağ ol; sağolun; sağol; çok sağ olun; mersi; eyvallah; harika; süper; mükemmel; çok iyi; iyi;
            güzel; çok güzel; tamam; tamamdır; ok; peki; anlaşıldı; anladım; rica ederim; bir şey değil; sorun değil;
            lütfen; iyi (günler|çalışmalar|akşamlar|haftalar|hafta sonları|geceler|bayramlar); kolay gelsin; elinize
            sağlık; emeğinize sağlık; ellerinize sağlık
        """,
        after="""
            yardımınız; yardımlarınız; yardım; desteğiniz; destek; için; hızlı; cevap; yanıt; cevabınız; yanıtınız;
            ilginiz; ilgi; çok; tekrar; şimdiden; ve; herkese; her şey; geri; dönüşünüz; bilgi; bilgilendirme; sabrınız
        """,
        greetings="""
            merhaba; merhabalar; selam; selamlar; günaydın; iyi günler; sayın; sayın yetkili; değerli; sevgili; iyi
            akşamlar; merhaba arkadaşlar
        """,
        closings="""
            (saygılarımla|saygılarımızla|saygılar); (en|) iyi dileklerimle; sevgiler; selamlar; iyi çalışmalar; hoşça
            kalın; görüşmek üzere; kolay gelsin
        """,
    ),
    "el": Lexicon(
        yes="""
            ναι; βεβαίως; σωστά; ακριβώς; φυσικά; επιβεβαιώνω; (όλα|τώρα|ναι όλα|το πρόβλημα|)
            (λειτουργεί|λειτουργούν|λύθηκε|δουλεύει|δουλεύουν|εντάξει|καλά|επιλύθηκε) (τώρα|μια χαρά|κανονικά|)
        """,
        no="όχι; όχι ακόμα; όχι ακόμη; ακόμα όχι; δυστυχώς όχι",
        thanks="""
            ευχαριστώ; ευχαριστούμε; ευχαριστώ (πολύ|πάρα πολύ); σας ευχαριστώ (πολύ|πάρα πολύ|); σε ευχαριστώ; χίλια
            ευχαριστώ; τέλεια; τέλειο; υπέροχα; άψογα; μπράβο; ωραία; πολύ ωραία; πολύ καλά; καλά; οκ; εντάξει;
            κατάλαβα; έγινε; παρακαλώ; τίποτα; κανένα πρόβλημα; καλή (συνέχεια|μέρα|εβδομάδα); καλό
            (απόγευμα|βράδυ|σαββατοκύριακο); επίσης; να είστε καλά
        """,
        after="""
            για; τη; την; το; βοήθεια; βοήθειά; σας; άμεση; γρήγορη; απάντηση; ανταπόκριση; εξυπηρέτηση; υποστήριξη;
            όλα; και; πάλι; εκ των προτέρων; πολύ; τον; χρόνο; υπομονή
        """,
        greetings="""
            γεια; γεια σας; γεια σου; καλημέρα; καλησπέρα; χαίρετε; αγαπητέ; αγαπητή; αγαπητοί; καλημέρα σας; καλησπέρα
            σας
        """,
        closings="(με|) (εκτίμηση|φιλικούς χαιρετισμούς|τιμή); φιλικά; χαιρετισμούς; τα λέμε; αντίο",
    ),
    "ja": Lexicon(
        yes="""
            はい; ええ; 解決しました; 解決済みです; 解決いたしました; はい解決しました; 問題は解決しました;
            問題ありません; 問題ないです; 直りました; 治りました; 動きました; 動作しました; できました;
            正常に動作しています; 確認できました; 大丈夫です; その通りです
        """,
        no="""
            いいえ; いえ; まだです; 解決していません; 解決しておりません; まだ解決していません; 直っていません;
            残念ながらまだです
        """,
        thanks="""
            ありがとう; ありがとうございます; ありがとうございました; 有難うございます; 有難うございました;
            有り難うございます; どうも; どうもありがとう; どうもありがとうございます; どうもありがとうございました;
            誠にありがとうございます; 誠にありがとうございました; 大変ありがとうございました; 助かりました;
            大変助かりました; とても助かりました; 感謝します; 感謝いたします; 感謝申し上げます; 感謝しております;
            了解です; 了解しました; 了解いたしました; 承知しました; 承知いたしました; かしこまりました; わかりました;
            分かりました; 素晴らしい; 完璧です; よかったです; 良かったです; お世話になっております; お世話になります;
            お世話になりました; いつもお世話になっております; お疲れ様です; お疲れさまです; お手数をおかけしました;
            お手数をおかけいたしました; お手数おかけしました; 迅速な対応; 迅速なご対応; 早速のご対応; 早速の対応;
            ご対応; 対応; ご返信; ご連絡; ご回答; ご支援; ご協力; サポート; 早々の; 迅速な; 誠に; 大変; いただき; 頂き;
            本当に; この度は; 今後とも; どういたしまして; オーケー; ok
        """,
        after="",
        greetings="""
            こんにちは; こんばんは; おはようございます; おはよう; はじめまして; 拝啓; ご担当者様; 担当者様;
            サポートご担当者様; 各位; 皆様
        """,
        closings="""
            よろしくお願いします; よろしくお願いいたします; よろしくお願い致します; 宜しくお願いします;
            宜しくお願いいたします; 宜しくお願い致します; よろしくお願い申し上げます; どうぞよろしくお願いいたします;
            引き続きよろしくお願いいたします; 失礼します; 失礼いたします; 失礼致します; 敬具; 以上; 以上です;
            以上よろしくお願いいたします; 今後ともよろしくお願いいたします; それでは; では
        """,
    ),
    "zh": Lexicon(
        yes="""
            是; 是的; 对; 對; 对的; 對的; 嗯; 嗯嗯; 没错; 沒錯; 确认; 確認; 解决了; 解決了; 已解决; 已解決; 已经解决;
            已经解决了; 已經解決; 已經解決了; 问题解决了; 問題解決了; 问题已解决; 問題已解決; 问题已经解决;
            问题已经解决了; 問題已經解決; 問題已經解決了; 好了; 可以了; 搞定了; 搞定; 没问题了; 沒問題了; 现在可以了;
            現在可以了; 正常了; 恢复正常; 恢复正常了; 可以用了; 可以关闭工单; 可以關閉工單; 可以关闭了; 可以關閉了
        """,
        no="""
            不; 不是; 没有; 沒有; 还没; 还没有; 還沒; 還沒有; 没解决; 沒解決; 没有解决; 沒有解決; 未解决; 未解決;
            还没解决; 還沒解決; 还没有解决; 還沒有解決; 不行
        """,
        thanks="""
            谢谢; 謝謝; 谢谢你; 謝謝你; 谢谢您; 謝謝您; 谢谢你们; 謝謝你們; 多谢; 多謝; 非常感谢; 非常感謝; 十分感谢;
            感谢; 感謝; 感谢您; 感謝您; 万分感谢; 好的; 好; 很好; 太好了; 非常好; 太棒了; 棒; 完美; 赞; 讚; 收到; 明白;
            明白了; 知道了; 了解; 了解了; 可以; 行; 没问题; 沒問題; 不客气; 不客氣; 不用谢; 不用謝; 没关系; 沒關係;
            辛苦了; 辛苦; 麻烦了; 麻煩了; 祝好; 祝您愉快; 祝您工作愉快; 周末愉快; 週末愉快; 节日快乐; 新年快乐;
            新年快樂; 您的帮助; 您的幫助; 你的帮助; 你的幫助; 你们的帮助; 你們的幫助; 的帮助; 的幫助; 帮助; 幫助; 支持;
            的支持; 快速回复; 快速回覆; 及时回复; 及時回覆; 的回复; 的回覆; 及时; 及時; 快速; 迅速; 处理; 處理; 的处理;
            的處理; 啦; 了; 哦; 啊; 呀; ok
        """,
        after="",
        greetings="你好; 您好; 大家好; 嗨; 早上好; 下午好; 晚上好; 早安; 午安; 尊敬的; 亲爱的; 親愛的; 您好您好",
        closings="""
            此致; 敬礼; 敬禮; 此致敬礼; 此致敬禮; 祝商祺; 顺颂商祺; 順頌商祺; 顺祝商祺; 再见; 再見; 敬上; 谨上; 謹上;
            致礼; 致敬; 祝安好
        """,
    ),
    "ko": Lexicon(
        yes="""
            네; 예; 넵; 맞습니다; 그렇습니다; 해결되었습니다; 해결됐습니다; 해결 되었습니다; 해결 됐습니다; 네
            해결되었습니다; 네 해결됐습니다; (문제가|문제는|이제|잘|네 잘|네 이제)
            (해결되었습니다|해결됐습니다|됩니다|잘 됩니다|작동합니다|잘 작동합니다); 잘 됩니다; 해결 완료;
            완료되었습니다
        """,
        no="""
            아니요; 아니오; 아뇨; 아직이요; 아직 아닙니다; 아니요 아직이요; 아직 해결되지 않았습니다; 안 됩니다;
            해결되지 않았습니다
        """,
        thanks="""
            감사합니다; 고맙습니다; 감사해요; 고마워요; 감사; 정말 감사합니다; 대단히 감사합니다; 너무 감사합니다;
            진심으로 감사합니다; 감사드립니다; 감사 드립니다; 정말 고맙습니다; 좋습니다; 좋아요; 훌륭합니다; 완벽합니다;
            최고입니다; 알겠습니다; 확인했습니다; 확인하였습니다; 수고하셨습니다; 수고 많으셨습니다; 수고하세요;
            수고하십시오; 고생하셨습니다; 천만에요; 괜찮습니다; 문제없습니다; 좋은 하루 (되세요|보내세요|되십시오);
            즐거운 하루 (되세요|보내세요); 좋은 주말 (되세요|보내세요); 도와주셔서 감사합니다; 빠른
            (답변|처리|대응|회신) 감사합니다; 빠른 (답변|처리|대응|회신|도움) (정말|) (감사드립니다|고맙습니다); 도움
            감사합니다; 답변 감사합니다; 도움 주셔서 감사합니다
        """,
        after="",
        greetings="안녕하세요; 안녕하십니까; 담당자님; 담당자님 안녕하세요; 안녕하세요 담당자님",
        closings="드림; 올림; 배상; 안녕히 계세요; 안녕히 계십시오; 그럼 이만",
    ),
}
