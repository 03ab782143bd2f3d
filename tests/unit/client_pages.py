"""Answers as mail clients write them in HTML, cut to what matters: values for the tests of the new words."""

from typing import Final

OWN: Final = "Thank you, now it prints.\n\nBob Miller"
_WORDS: Final = "<div>Thank you, now it prints.</div><div><br></div><div>Bob Miller</div>"

PAGES: Final = {
    "owa": (
        '<html><body><div class="elementToProof">Thank you, now it prints.</div>'
        '<div class="elementToProof"><br></div><div>Bob Miller</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        '<font face="Calibri"><b>Lähettäjä??:</b> Mina Oakes &lt;mina@acme.example&gt;<br><b>Xxxxx:'
        "</b> Monday, April 2, 2012 6:26 PM<br><b>Yyy:</b> Bob<br><b>Zzz:</b> RE: Printer</font>"
        "<div>&nbsp;</div></div><div><p>Hello Bob, did it work?</p></div></body></html>"
    ),
    "owa-newer": (
        _WORDS
        + '<div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message skipProofing">'
        '<hr style="display: inline-block; width: 98%;"><div id="divRplyFwdMsg"><b>From:</b> Mina'
        "<br><b>Date:</b> Monday<br></div><div>Hello Bob</div></div>"
    ),
    "outlook-word": (
        "<div class=WordSection1><p class=MsoNormal>Thank you, now it prints.<o:p></o:p></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Bob Miller<o:p></o:p></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div>"
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        "<p class=MsoNormal><b>Qqq:</b> Mina Oakes &lt;mina@acme.example&gt; <br><b>Www:"
        "</b> 2 April 2012 18:26<br><b>Eee:</b> Bob<br><b>Rrr:</b> RE: Printer<o:p></o:p></p></div>"
        "</div><p class=MsoNormal>Hello Bob, did it work?</p></div>"
    ),
    "outlook-mac": (
        '<div><p class="MsoNormal">Thank you, now it prints.</p><p class="MsoNormal">&nbsp;</p>'
        '<p class="MsoNormal">Bob Miller</p>'
        '<div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in">'
        '<p class="MsoNormal"><b>From: </b>Mina Oakes &lt;mina@acme.example&gt;<br><b>Date: '
        "</b>Monday, 2 April 2012 at 18:26<br><b>To: </b>Bob<br><b>Subject: </b>Re: Printer</p></div>"
        "<p>Hello Bob</p></div>"
    ),
    "outlook-ios": (
        _WORDS + '<div id="ms-outlook-mobile-signature"><div><br></div>Get '
        '<a href="https://aka.ms/o0ukef">Outlook for iOS</a></div>'
        '<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg"><b>From:</b> Mina<br>'
        "<b>Sent:</b> Monday<br></div><div>Hi</div>"
    ),
    "gmail": (
        '<div dir="ltr">' + _WORDS + '</div><br><div class="gmail_quote gmail_quote_container">'
        '<div dir="ltr" class="gmail_attr">Xx Yyyy, 2 Zz 2012 ww 18:26 Mina Oakes &lt;'
        '<a href="mailto:mina@acme.example">mina@acme.example</a>&gt; vvvvv<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px'
        ' solid rgb(204,204,204);padding-left:1ex">'
        "<div>Hello Bob</div></blockquote></div>"
    ),
    "gmail-old": (
        _WORDS + '<div class="gmail_extra"><br><div class="gmail_quote">Qwe rty Mina<br>'
        '<blockquote class="gmail_quote">Hello</blockquote></div><br></div>'
    ),
    "gmail-bottom-sig": (
        _WORDS + '<br><div class="gmail_quote"><div class="gmail_attr">On x wrote:<br></div>'
        '<blockquote class="gmail_quote">Hello</blockquote></div><br clear="all"><div><br></div>'
        '<span class="gmail_signature_prefix">-- </span><br>'
        '<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Bob Miller<br>Acme'
        "</div>"
    ),
    "gmail-sig-above": (
        _WORDS + '<br clear="all"><div><br></div>-- <br><div dir="ltr" class="gmail_signature">Director'
        '<br>Acme</div><br><div class="gmail_quote"><div class="gmail_attr">On x wrote:<br></div>'
        '<blockquote class="gmail_quote">Hello</blockquote></div>'
    ),
    "apple": (
        _WORDS + '<div><br><blockquote type="cite"><div>Am 02.04.2012 um 18:26 schrieb Mina Oakes &lt;'
        '<a href="mailto:mina@acme.example">mina@acme.example</a>&gt;:</div>'
        '<br class="Apple-interchange-newline"><div><div>Hello Bob</div></div></blockquote></div><br>'
    ),
    "ios": (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        '<body dir="auto">Thank you, now it prints.<div><br></div><div>Bob Miller<br><br>'
        '<div dir="ltr">Von meinem iPhone gesendet</div><div dir="ltr"><br>'
        '<blockquote type="cite">Am 02.04.2012 um 18:26 schrieb Mina Oakes &lt;mina@acme.example&gt;:'
        '<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeffHello Bob</div>'
        "</blockquote></div></body></html>"
    ),
    "thunderbird": (
        "<p>Thank you, now it prints.</p><p>Bob Miller<br></p>"
        '<div class="moz-cite-prefix">Foo bar Mina baz<br></div>'
        '<blockquote type="cite" cite="mid:x@y"><p>Hello</p></blockquote><br>'
    ),
    "thunderbird-bottom": (
        '<div class="moz-cite-prefix">Am 02.04.2012 um 18:26 schrieb Mina Oakes:<br></div>'
        '<blockquote type="cite" cite="mid:x@y"><p>Hello</p></blockquote>'
        '<p>Thank you, now it prints.</p><p>Bob Miller<br></p><div class="moz-signature">-- <br>Bob'
        "<br>Acme</div>"
    ),
    "thunderbird-cut": (
        '<div class="moz-cite-prefix">Am 02.04.2012 um 18:26 schrieb Mina Oakes:<br></div>'
        "<p>Thank you, now it prints.</p><p>Bob Miller<br></p>"
    ),
    "yahoo": (
        '<div class="ydp yahoo-style-wrap"><div dir="ltr">Thank you, now it prints.</div><div><br>'
        '</div><div>Bob Miller</div></div><div id="yahoo_quoted_123" class="yahoo_quoted">'
        '<div style="font-family:x"><div>Xxx Yyy, Mina Oakes wwww</div><div><br></div><div>Hello Bob'
        "</div></div></div>"
    ),
    "proton": (
        '<div style="font-family: Arial">Thank you, now it prints.</div><div><br></div>'
        '<div>Bob Miller</div><div class="protonmail_signature_block">'
        '<div class="protonmail_signature_block-proton">Sent with '
        '<a href="https://proton.me/">Proton Mail</a> secure email.</div></div>'
        '<div class="protonmail_quote">On Monday, April 2nd, 2012 at 18:26, Mina &lt;m@acme.example&gt; wrote:'
        '<br><blockquote class="protonmail_quote" type="cite">Hello</blockquote></div>'
    ),
    "zimbra": (
        "<div>" + _WORDS + '<div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">'
        '<b>Xxx: </b>"Mina" &lt;m@acme.example&gt;<br><b>Yyy: </b>Bob<br></div>'
        '<div data-marker="__QUOTED_TEXT__">Hello</div></div>'
    ),
    "gmx": (
        "<div>" + _WORDS + "<div>&nbsp;"
        '<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;">'
        '<div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 02. April 2012 um 18:26 Uhr'
        '<br/><b>Von:</b>&nbsp;"Mina Oakes" &lt;m@acme.example&gt;<br/><b>An:</b>&nbsp;Bob<br/>'
        '<b>Betreff:</b>&nbsp;Re: Printer</div><div name="quoted-content">Hello</div></div></div>'
        "</div>"
    ),
    "zoho": (
        _WORDS + '<div><br></div><div class="zmail_extra_hr" style="border-top:1px solid #ccc;height:0px"><br>'
        '</div><div class="zmail_extra" data-zbluepencil-ignore="true"><div><br></div>'
        '<div id="Zm-_Id_-Sgn1">---- On Mon, 02 Apr 2012 wrote ---</div>'
        '<blockquote id="blockquote_zmail">Hello</blockquote></div>'
    ),
    "qq": (
        _WORDS + "<div><br></div><div>"
        '<div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px'
        ' 0;">------------------&nbsp;原始邮件&nbsp;------------------'
        '</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:'
        '</b>&nbsp;"Mina Oakes"&lt;m@acme.example&gt;;</div><div><b>发送时间:'
        '</b>&nbsp;2012年4月2日(星期一) 晚上6:26</div><div><b>收件人:</b>&nbsp;"Bob";</div><div><b>主题:'
        "</b>&nbsp;Printer</div></div><div>Hello</div></div>"
    ),
    "163": (
        '<div style="line-height:1.7">' + _WORDS + '</div><p style="margin:0;"><br></p>'
        '<pre>At 2012-04-02 18:26:10, "Mina Oakes" &lt;m@acme.example&gt; wrote:</pre>'
        '<blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px'
        ' 0.8ex; BORDER-LEFT: #ccc 1px solid">Hello'
        "</blockquote>"
    ),
    "roundcube": (
        "<p>Thank you, now it prints.</p><p>Bob Miller</p>"
        '<p id="reply-intro">Foo 2012-04-02 bar Mina baz:</p>'
        '<blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0">'
        "<div>Hello</div></blockquote>"
    ),
    "spark": (
        '<div name="messageBodySection">'
        + _WORDS
        + '</div><div name="messageSignatureSection"><br>Sent from Spark</div>'
        '<div name="messageReplySection">On 2. Apr 2012, 18:26 +0200, Mina, wrote:<br>'
        '<blockquote type="cite" style="border-left-color: grey;">Hello</blockquote></div>'
    ),
    "aol": (
        _WORDS + "<br>"
        '<div style="font-family:arial,helvetica;font-size:10pt;color:black">-----Original Message-----'
        "<br>From: Mina &lt;m@acme.example&gt;<br>To: Bob &lt;b@acme.example&gt;"
        '<br>Sent: Mon, Apr 2, 2012 6:26 pm<br>Subject: Printer<br><br><div id="AOLMsgPart_0">Hello'
        "</div></div>"
    ),
    "samsung": (
        '<html><head></head><body><div dir="auto">Thank you, now it prints.</div><div dir="auto">'
        '<br></div><div dir="auto">Bob Miller</div><div><br></div><div id="composer_signature">'
        '<div style="font-size:12px;color:#575757" dir="auto">Von meinem/meiner Galaxy gesendet</div>'
        '</div><div dir="auto"><br></div><div><br></div>'
        '<div align="left" dir="auto" style="font-size:100%;color:#000000">'
        "<div>-------- Ursprüngliche Nachricht --------</div>"
        "<div>Von: Mina Oakes &lt;m@acme.example&gt; </div><div>Datum: 02.04.12  18:26  (GMT+01:00) "
        "</div><div>An: Bob </div><div>Betreff: Printer </div><div><br></div></div>Hello</body>"
        "</html>"
    ),
    "mailru": (
        "<HTML><BODY>" + _WORDS + "<br><br>"
        '<blockquote style="border-left:1px solid #0857A6;margin:10px 10px 10px 5px;padding:0 0 0'
        ' 10px;">Понедельник, 2 апреля 2012, 18:26 +03:00 от Mina &lt;m@acme.example&gt;:'
        '<br><div id="">Hello</div></blockquote></BODY></HTML>'
    ),
    "outlook-2003-header": (
        _WORDS + '<div class="OutlookMessageHeader" lang="en-us" dir="ltr" align="left"><hr tabindex="-1">'
        '<font face="Tahoma" size="2"><b>Aaa:</b> Mina [mailto:m@acme.example]<br><b>Bbb:</b> x<br>'
        "</font><br></div><div>Hello</div>"
    ),
    "bare-hr": (
        _WORDS + "<hr><b>From:</b> Mina &lt;m@acme.example&gt;<br><b>Sent:</b> Monday, April 2, 2012 6:26 PM"
        "<br><b>To:</b> Bob<br><br>Hello"
    ),
    "table-headers": (
        _WORDS + "<blockquote><table><tr><td>From:</td><td>Mina &lt;m@acme.example&gt;</td></tr><tr><td>Date:"
        "</td><td>2012-04-02 18:26</td></tr></table>Hello</blockquote>"
    ),
    "notes": (
        _WORDS + '<br><font size=1 color=#5f5f5f face="sans-serif">From: &nbsp; &nbsp; &nbsp; &nbsp;</font>'
        '<font size=1 face="sans-serif">Mina Oakes/ACME</font><br>'
        '<font size=1 color=#5f5f5f face="sans-serif">To: &nbsp; &nbsp; &nbsp; &nbsp;</font>'
        '<font size=1 face="sans-serif">Bob Miller/ACME@ACME</font><br>'
        '<font size=1 color=#5f5f5f face="sans-serif">Date: &nbsp; &nbsp; &nbsp; &nbsp;</font>'
        '<font size=1 face="sans-serif">02/04/2012 18:26</font><br>'
        '<font size=1 color=#5f5f5f face="sans-serif">Subject: &nbsp; &nbsp; &nbsp; &nbsp;</font>'
        '<font size=1 face="sans-serif">Printer</font><br><hr noshade><br><br>Hello'
    ),
    "tutanota": (
        _WORDS + "<div>2. Apr. 2012, 18:26 von mina@acme.example:<br></div>"
        '<blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8;'
        ' padding-left: 10px; margin-left: 5px;">'
        "<div>Hello</div></blockquote>"
    ),
    "front": (
        _WORDS + "<br><div>On April 2, 2012, 6:26 PM GMT+2 m@acme.example wrote:</div>"
        '<blockquote class="front-blockquote" type="cite"><div>Hello</div></blockquote>'
    ),
    "airmail": (
        _WORDS + '<div class="bloop_sign"></div><br><p class="airmail_on">On 2 April 2012 at 18:26:10, Mina ('
        '<a href="mailto:m@acme.example">m@acme.example</a>) wrote:</p>'
        '<blockquote type="cite" class="clean_bq">Hello</blockquote>'
    ),
    "windows10": (
        _WORDS + '<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">Gesendet von '
        '<a href="https://go.microsoft.com/fwlink/?LinkId=550986">Mail</a> für Windows 10</p>'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        '<p class="MsoNormal" style="border:none;padding:0cm"><b>Von: </b>'
        '<a href="mailto:m@acme.example">Mina Oakes</a><br><b>Gesendet: '
        '</b>Montag, 2. April 2012 18:26<br><b>An: </b><a href="mailto:b@acme.example">Bob</a><br>'
        "<b>Betreff: </b>Printer</p></div><p>Hello</p>"
    ),
    "em": (
        "<div>" + _WORDS + "</div><div><br /></div><div>------ Originalnachricht ------</div>"
        '<div>Von: "Mina Oakes" &lt;m@acme.example&gt;</div><div>An: "Bob" &lt;b@acme.example&gt;'
        "</div><div>Gesendet: 02.04.2012 18:26:10</div><div>Betreff: Printer</div><div><br /></div>"
        '<div id="x" class="plain"><blockquote cite="x" type="cite" class="cite2"><div>Hello</div>'
        "</blockquote></div>"
    ),
}
