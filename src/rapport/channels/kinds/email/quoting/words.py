"""How mail programs introduce a quoted mail, in the languages that customers write.

English, Chinese, German, French, Spanish, Portuguese, Italian, Dutch and Japanese, and many of their neighbours; what
has a date, a time and an address and ends in a colon is known in every language. Everything is matched in lower case
against one line or a few joined lines.
"""

import re

# -- "On Wednesday, Ada wrote:" --------------------------------------------------------------------

# Such a line begins with one of these, or with a date, or with a name and an address.
OPENERS = re.compile(
    r"(?:on|am|le|el|em|il|op|no dia|a|den|w dniu|dnia|vào|at|il giorno|on behalf of|el día)\s|"
    r"(?:在|於|于)\s?\d{2,4}|\d{4}\s?[年./-]\s?\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
)
# ... says that somebody wrote,
VERBS = re.compile(
    r"\b(?:wrote|sent|said|writes|schrieb|geschrieben|a écrit|écrivait|escribió|escribio|escreveu|ha scritto|"
    r"schreef|geschreven|skrev|pisze|napisał(?:\(a\)|a)?|пишет|написал(?:\(а\)|а)?|yazdı|kirjoitti|đã viết|"
    r"napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|пише|писав|a scris|ezt írta|έγραψε|menulis|napisao|je napisal|написа)\b|"
    r"写道|寫道|的邮件|のメール|書きました|wrote|เขียนว่า|작성:|كتب|כתב"
)
# ... and when: a time, a year or a date.
MOMENT = re.compile(r"\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}|\d{1,2}\s?[月日]|\d{4}年")
# Nobody introduces a quotation of themselves like this.
ONESELF = re.compile(
    r"\b(?:i|we|you|ich|wir|je|nous|io|ik|wij)\s+(?:wrote|sent|said|schrieb|schreef)\b|j['’]ai écrit|"
    r"(?:wrote|schrieb) (?:i|ich|wir)\b"
)
ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
# "Ada <ada@b.example> wrote:" and "2026-11-18 18:04 GMT+01:00 Ada <ada@b.example>:", without a verb.
NAME_FIRST = re.compile(r"[^<>]{2,100}<[^\s<>]+@[^\s<>]+>")
DATED_ADDRESS = re.compile(r"\d{4}\s?[年./-]\s?\d{1,2}.{0,80}<\s?[^\s<>]+@[^\s<>]+>\s?[:：]?")
# In any language: a date, a time and an address, up to the colon.
_CLOCK = r"\d{1,2}[:.]\d{2}"
_DAY = r"(?:19|20)\d{2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2}"
TIMED = re.compile(rf"(?=.*(?<!\d){_CLOCK}(?!\d))(?=.*(?:{_DAY}))")
IN_BRACKETS = re.compile(r"[<(]\s?[^\s<>@()]+@[^\s<>@()]+\s?[>)]")
# What no name holds: then "he wrote:" is a sentence of its own.
SENTENCE = re.compile(r"[,;!?]|\. |\b(?:he|she|they|it|as|what|who|this|that|you|er|sie|was|wie)\b")
# "Zitat von Ada <ada@b.example>:"
QUOTING = re.compile(r"(?:quoting|zitat von|citando a?|quote de|citat(?:ion)? (?:de|från|fra)|citaat van)\s")
# ">>> Ada <ada@b.example> 1/2/2026 12:00 PM >>>"
POINTED = re.compile(r">>>\s.{3,200}\d.{0,60}>>>")
# "Ada schrieb am 18.11.2026 um 18:04:" and "Ada 于2026年11月18日 18:04写道："
NAME_VERB_MOMENT = re.compile(
    r"(?:schrieb am|schreef op|escribió el|escreveu em|a écrit le|ha scritto il|skrev den)\s.{0,20}\d"
)
NAME_MOMENT_VERB = re.compile(r"(?:于|於|在)\s?\d{4}.{0,60}(?:写道|寫道)|\d{1,2}:\d{2}.{0,80}(?:のメール|書きました)")
# "---- Ada wrote ----"
RULED_VERB = re.compile(
    r"-{2,}.{1,180}[\s>](?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|写道)\s*:?\s*-{2,}"
)

# -- Ruled titles ----------------------------------------------------------------------------------

_ORIGINAL = (
    "original message|original e-?mail|original appointment|original|reply message|replied message|previous message|"
    "ursprüngliche nachricht|originalnachricht|original-nachricht|ursprünglicher termin|"
    "message d['’]origine|message original|mensaje original|mensagem original|messaggio originale|"
    "oorspronkelijk bericht|origineel bericht|"
    "元のメッセージ|元のメール|オリジナルメッセージ|original mail|"
    "原始邮件|邮件原件|回复的原邮件|原邮件|原始郵件|原郵件|原始信件|回复邮件|"
    "ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|oryginalna wiadomość|исходное сообщение|"
    "alkuperäinen viesti|orijinal mesaj|původní zpráva|pôvodná správa|eredeti üzenet|mesaj original|"
    "αρχικό μήνυμα|вихідне повідомлення|оригінальне повідомлення|원본 메일|원본 메시지|원본메일|thư gốc|"
    "pesan asli|ข้อความต้นฉบับ|הודעה מקורית|الرسالة الأصلية"
)
ORIGINAL = re.compile(rf"[-_=*‐–—\s]{{0,40}}[-_=‐–—]{{2,}}\s*(?:{_ORIGINAL})\s*[-_=‐–—]{{2,}}[-_=*‐–—\s]{{0,40}}")
ABOVE_THIS_LINE = re.compile(
    r"[#\-=*_~ ]*(?:please )?(?:type |write |add )?(?:your )?(?:reply|repl(?:y|ies)) (?:to this (?:e-?mail|message) )?"
    r"above this line.{0,60}|[#\-=*_~ ]*请在此行(?:上方|以上|之上)(?:回复|输入).{0,40}"
)
_FORWARD = (
    "forwarded message|begin forwarded message|weitergeleitete nachricht|"
    "anfang der weitergeleiteten (?:nachricht|e-mail)|message transféré|début du message (?:réexpédié|transféré)|"
    "mensaje reenviado|inicio del mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|"
    "início da mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|inizio (?:del )?messaggio inoltrato|"
    "doorgestuurd bericht|begin doorgestuurd bericht|転送されたメッセージ|転送メッセージ|転送されたメール|"
    "转发的邮件|转发邮件|转发邮件信息|已转发邮件|开始转发的邮件|轉寄郵件|轉寄的郵件|轉寄訊息|"
    "videresendt melding|videresendt meddelelse|vidarebefordrat meddelande|пересылаемое сообщение|"
    "пересылаемое письмо|wiadomość przekazana dalej|przekazana wiadomość|přeposlaná zpráva|továbbított üzenet|"
    "iletilmiş mesaj|전달된 메시지|전달된 메일|thư chuyển tiếp|перенаправлене повідомлення"
)
FORWARDED = re.compile(rf"[-_=*\s]{{0,40}}(?:{_FORWARD})\s*[:：]?[-_=*\s]{{0,40}}")

# -- The header of a quoted mail -------------------------------------------------------------------

_LABELS = {
    "from": "from|von|de|da|van|expéditeur|remitente|mittente|afzender|発信者|差出人|送信者|发件人|寄件者|寄件人|"
    "från|fra|od|от|lähettäjä|kimden|gönderen|feladó|보낸 사람|보낸사람|від|από|de la|từ|dari|จาก|מאת|من",
    "date": "sent|date|gesendet|datum|envoyé(?: le)?|date d['’]envoi|enviado(?: el)?|enviada(?: em)?|fecha|data|"
    "inviato(?: il)?|verzonden|verstuurd|送信日時|送信日|日時|日付|发送时间|发送日期|日期|时间|傳送日期|寄件日期|"
    "skickat|sendt|wysłano|дата|отправлено|发件时间|lähetetty|päiväys|päivä|odesláno|odoslané|gönderilme(?: tarihi)?|"
    "gönderildi|tarih|elküldve|dátum|보낸 날짜|보낸날짜|날짜|надіслано|στάλθηκε|ημερομηνία|trimis|ngày|tanggal|"
    "terkirim|วันที่|ส่ง|נשלח|תאריך|التاريخ|تاريخ الإرسال",
    "to": "to|an|à|a|para|aan|destinataire|destinatario|宛先|收件人|收件者|till|til|do|кому|"
    "vastaanottaja|komu|kime|alıcı|címzett|받는 사람|받는사람|προς|către|đến|kepada|ถึง|אל|إلى",
    "copy": "cc|kopie|copie|copia|cópia|con copia|抄送|抄送人|副本|ｃｃ",
    "subject": "subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|件名|主题|主題|主旨|標題|"
    "ämne|emne|temat|тема|aihe|předmět|predmet|konu|tárgy|제목|θέμα|subiect|chủ đề|perihal|เรื่อง|נושא|الموضوع|主\\s*题",
    "other": "reply-to|antwort an|répondre à|responder a|rispondi a|importance|priority|wichtigkeit|重要度|回复",
}
LABEL = re.compile(
    r"[|*_\s]{0,4}(?:"
    + "|".join(f"(?P<{kind}>{names})" for kind, names in _LABELS.items())
    + r")[*_]{0,2}\s{0,2}(?:[:：]|\|)[*_]{0,2}"
)

# -- Signatures ------------------------------------------------------------------------------------

_PHONE = (
    # English
    r"sent (?:from|via|with|using) (?:my|the|yahoo|outlook|mail|proton ?mail|gmail|samsung|blackberry|a? ?mobile)\b"
    r"(?:[\s(]+[\w.™®+)’'-]+){0,5}",
    r"get outlook for (?:ios|android|mac|windows)",
    r"(?:sent|composed) (?:from|via|with|using|by) (?:spark|superhuman|canary|airmail|mailspring|nine|newton|polymail|"
    r"edison|tutanota|tuta|hey|fastmail|aol|hotmail|mymail|bluemail|zoho mail|aqua mail|k-9 mail|xiaomi|huawei|vivo|"
    r"oppo)\b.{0,60}",
    r"sent (?:on|over) the .{1,40}(?:network|mobile).{0,20}",
    # Other languages, of the phones that most people have
    r"отправлено (?:с|из|от) .{1,60}",
    r"надіслано (?:з|із) .{1,40}",
    r"wysłane? z .{1,40}|wysłano z .{1,40}",
    r"odesláno z .{1,40}|odoslané z .{1,40}",
    r"(?:skickat|sendt) (?:från|fra|via|med) (?:min|mit|mitt|outlook|mail|e-post|samsung|android|yahoo|iphone|ipad)"
    r".{0,40}",
    r"lähetetty (?:iphonesta|ipadista|androidista|outlook).{0,30}",
    r".{0,20}(?:iphone|ipad|android|samsung)\S{0,8} .{0,20}gönderildi",
    r"trimis de pe .{1,40}|στάλθηκε από .{1,40}|(?:đã )?gửi từ .{1,40}|dikirim dari .{1,40}",
    r"elküldve .{1,20}(?:iphone|ipad|android).{0,20}|.{0,20}(?:iphone|ipad|휴대폰|갤럭시|galaxy).{0,6}에서 보냄",
    r"ส่งจาก .{1,40}|(?:تم الإرسال|أرسلت) من .{1,40}|נשלח (?:מה|מ).{1,40}",
    # German
    r"von (?:meinem|meiner|unterwegs|mobil|outlook|samsung)\b.{0,40}(?:gesendet|geschickt)",
    r"gesendet (?:von|mit|aus|über) (?:meinem|meiner|mail|outlook|der|proton)\b.{0,40}",
    r"outlook für (?:ios|android) (?:beziehen|herunterladen)",
    r"diese nachricht wurde von meinem .{1,60} gesendet",
    # French
    r"envoyé (?:de|depuis|à partir de|avec) (?:mon|ma|l['’]|mail|outlook|courrier|yahoo|proton).{0,40}",
    r"(?:télécharger|obtenir|obtenez) outlook pour .{1,20}",
    # Spanish and Portuguese
    r"enviado (?:desde|do|da|de|a partir do|pelo|con|com) (?:mi|meu|minha|el|o|outlook|mail|correo|yahoo)\b.{0,40}",
    r"enviado (?:do|da|desde|pelo) (?:iphone|ipad|android|samsung).{0,20}",
    r"(?:obtener|obtenha|obter)(?: o)? outlook para .{1,20}",
    # Italian
    r"inviato (?:da|dal|dalla|tramite|con) (?:i?phone|ipad|mio|mia|outlook|posta|yahoo|samsung|android|proton).{0,40}",
    r"(?:scarica|ottieni) outlook per .{1,20}",
    # Dutch
    r"(?:verstuurd|verzonden|verstuurt) (?:vanaf|vanuit|via|met|van) (?:mijn|outlook|mail|een|samsung|proton).{0,40}",
    r"(?:download |verkrijg )?outlook voor .{1,20}(?:downloaden)?",
    # Japanese
    r".{0,30}から送信(?:されました)?",
    r"outlook for (?:ios|android)\s?を入手",
    # Chinese
    r"(?:发自|發自|来自|來自|发送自|傳送自|寄自|从)(?:我的|.{0,20}的)?.{0,30}?(?:iphone|ipad|手机|手機|小米|华为|華為|荣耀|"
    r"oppo|vivo|三星|outlook|邮箱|郵箱|网易邮箱大师|android|安卓).{0,20}",
    r"(?:获取|取得) ?outlook.{0,20}",
)
FROM_A_PHONE = re.compile(rf"(?:{'|'.join(_PHONE)})[.。!！]?")
# Where such a line leads: "Get Outlook for iOS<https://aka.ms/o0ukef>", "[Proton Mail](https://proton.me)".
LINKED = re.compile(r"\]?\s*[<(\[]\s*(?:https?://|mailto:)[^\s<>()\[\]]{1,300}\s*[>)\]]")
DELIMITER = re.compile(r"(?:--|—|–)\s?")
# "-Abhishek Kona" and "--Tim" under the last line.
SIGN_OFF = re.compile(r"(?:--\s?[A-Z][\w.'’-]*|[-–—]\s?[A-Z][\w.'’-]*(?= [A-Z]))(?: [A-Z][\w.'’-]*){0,2}")
RULE = re.compile(r"[_\-=*—─]{10,}")
LIST_RULE = re.compile(r"_{20,}|-{40,}")
LIST_FOOTER = re.compile(r"mailing list|listinfo|unsubscribe|邮件列表|メーリングリスト|abmelden|désabonn|google groups")


# -- What is added on the way ----------------------------------------------------------------------

# How a paragraph of a disclaimer begins, and what it speaks of.
DISCLAIMER = re.compile(
    r"(?:legal )?disclaimer\b|confidentiality\b|confidential(?:ity)? notice|(?:legal|important|privacy) notice\s?:|"
    r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b|"
    r"the (?:contents?|information) (?:of|contained in|in) this (?:e-?mail|message|communication)|"
    r"(?:p )?please consider the environment before|before printing,? (?:think|please)|"
    r"(?:diese|der inhalt dieser) (?:e-?mail|nachricht)\b|haftungsausschluss|vertraulichkeitshinweis|"
    r"(?:ce|cet|le contenu de ce) (?:message|courriel|e-?mail)\b|avis de confidentialité|"
    r"(?:este|el contenido de este) (?:mensaje|correo)\b|aviso (?:legal|de confidencialidad)|"
    r"(?:esta|o conteúdo desta) (?:mensagem|comunicação)\b|aviso de confidencialidade|"
    r"(?:questo|il contenuto di questo|le informazioni contenute) (?:messaggio|in questo|e-?mail)|"
    r"(?:dit|de inhoud van dit) (?:bericht|e-?mail(?:bericht)?)\b|deze e-?mail\b|"
    r"(?:本|此|该)(?:电子)?(?:邮件|郵件|信件)|免责声明|保密(?:声明|提示)|このメール(?:及び|および|には|は)|"
    r"данное (?:сообщение|письмо)|"
    r"(?:detta|denne|denna) (?:e-?post|meddelande|e-?mail)|niniejsza wiadomość"
)
LEGAL = re.compile(
    r"confiden|privileged|intended (?:solely|only|recipient|for)|not the (?:intended|named)|virus|liab|unauthori[sz]ed|"
    r"environment|printing|vertraulich|empfänger|unbefugt|destinataire|destinatari|prohib|vertrouwelijk|geadresseerde|"
    r"保密|机密|機密|收件人|宛先|конфиденц|konfidenti|fortrolig|poufn"
)
# What a company's own server puts above mail from outside.
WARNING = re.compile(
    r"^\W*(?:(?:external\b|caution\b|warning\b|attention\b|achtung\b|外部邮件|注意[:：])"
    r"(?=.*(?:outside|extern|links|click|外部|组织))|you don['’]t often get (?:e-?mail|message)|"
    r"some people who received this message don['’]t)"
)
