"""What a wrong profile is told: the whole sentence, so that a person never has to guess where and what to mend."""

from pathlib import Path

import pytest
from widget_conformance.fixtures.profile import (
    BadPattern,
    BadSelector,
    BadUrl,
    ExtendsItself,
    KeysThatExclude,
    MissingKey,
    ProfileError,
    ProfileSyntax,
    ProfileUnreadable,
    SaidTwice,
    UnknownKey,
    UnknownPlaceholder,
    VariableNotHere,
    VariableNotSet,
    WrongValue,
    load,
)

URL = 'url = "https://example.org/widget"\n'
KINDS = "a list of the kinds of call that the build offers, each once: 'audio', 'video' or both"
SECRET = "hunter2("
"""What WIDGET_SECRET holds; no pattern, no selector, no key."""

WRONG: list[tuple[str, type[ProfileError], str]] = [
    ("name = 'x'", MissingKey, ":1: the key 'url' is missing"),
    ("url = ", ProfileSyntax, ": not TOML: Invalid value (in line 1, the last)"),
    (
        "url = 'http://x'\n[find.mute\n",
        ProfileSyntax,
        ": not TOML: Expected ']' at the end of a table declaration (at line 2, column 11)",
    ),
    ("url = 'http://x'\nurl = 'http://y'", ProfileSyntax, ": not TOML: Cannot overwrite a value (in line 2, the last)"),
    ("url = 'http://x'\nlist = [\n", ProfileSyntax, ": not TOML: Invalid value (in line 2, the last)"),
    (
        URL + "[far_end]\ncertificate = 'none.pem'",
        WrongValue,
        ":3: far_end.certificate: {folder}/none.pem cannot be read: No such file or directory",
    ),
    (
        URL + "[far_end]\ncertificate = 'vendor.toml'",
        WrongValue,
        ":3: far_end.certificate: {folder}/vendor.toml is no certificate chain with its private key in PEM",
    ),
    (
        URL + "[find.microphone_how]\ncss = '.snackbar'",
        MissingKey,
        ":2: find.microphone_how: the key 'text' is missing: what the message says is what is promised, and without it any other message in the same place would do",
    ),
    (
        URL + "[far_end]\nwitness = 'sender'\nport = 7443",
        KeysThatExclude,
        ':4: far_end.port: with witness = "sender" the far end is not the suite\'s, and none of it can be chosen',
    ),
    (
        "url = 'http://host/?sip={far_end_url}'\n[far_end]\nwitness = 'sender'",
        KeysThatExclude,
        ':1: url: with witness = "sender" the suite has no far end with an address; the widget calls its own',
    ),
    (
        URL + "query = { sip = '{sip_url}' }\n[far_end]\nwitness = 'sender'",
        KeysThatExclude,
        ':2: query.sip: with witness = "sender" the suite has no far end with an address; the widget calls its own',
    ),
    (
        URL + "[far_end]\nignore = ['ping']",
        KeysThatExclude,
        ':3: far_end.ignore: it means nothing without witness = "sender"',
    ),
    (
        URL + "[far_end]\nwitness = 'sender'\nignore = ['[']",
        BadPattern,
        ":4: far_end.ignore[0]: the pattern '[' does not compile at character 1: unterminated character set",
    ),
    (
        URL + "[far_end]\nwitness = 'both'",
        WrongValue,
        ":3: far_end.witness: expected one of 'far end', 'sender', found the text 'both'",
    ),
    (URL + "[far_end]\nkey = 'x.key'", MissingKey, ":3: far_end.key: the key 'certificate' is missing beside 'key'"),
    (
        URL + "[far_end]\nsignalling = 'whip'\ndomain = 'contact.example'",
        KeysThatExclude,
        ":4: far_end.domain: it means nothing to signalling = 'whip'; only SIP has it",
    ),
    (
        URL + "[far_end]\nsignalling = 'json'\nvideo_off = [{ method = 'INFO', pattern = 'x', video = 'on' }]",
        KeysThatExclude,
        ":4: far_end.video_off[0].method: INFO is a request of SIP, and the signalling is 'json'",
    ),
    (
        URL + "[access]\nproxy = 'proxy.example:3128'",
        BadUrl,
        ":3: access.proxy: expected http://, socks4:// or socks5:// with host and port, such as http://proxy.example:3128; found 'proxy.example:3128'",
    ),
    (
        URL + "[access]\nproxy = 'http://me:secret@proxy.example:3128'",
        BadUrl,
        ":3: access.proxy: a user name in it is nothing that both browsers understand; let a proxy on this machine log in for you",
    ),
    (
        URL + "[access]\nproxy = 'http://127.0.0.1:3128'\nhosts = { 'widget.example' = '127.0.0.1' }",
        KeysThatExclude,
        ":4: access.hosts: proxy and hosts exclude each other: it is the proxy that looks for names",
    ),
    (
        URL + "[access]\nhosts = { 'widget.example' = 'localhost' }",
        WrongValue,
        ":3: access.hosts.\"widget.example\": expected an IP address such as 127.0.0.1 for it, found the text 'localhost'",
    ),
    (
        URL + "[access.hosts]\n'https://widget.example' = '127.0.0.1'",
        WrongValue,
        ":3: access.hosts.\"https://widget.example\": 'https://widget.example' is no host name; expected one such as widget.example",
    ),
    (
        URL + "[access]\nstorage_state = 'none.json'",
        WrongValue,
        ":3: access.storage_state: none.json cannot be read: No such file or directory",
    ),
    (URL + "[access]\nuser = 'x'", MissingKey, ":3: access.user: the key 'password' is missing beside 'user'"),
    (URL + "[access]\npassword = 'x'", MissingKey, ":3: access.password: the key 'user' is missing beside 'password'"),
    (
        URL + "[access]\naccept_untrusted_certificate = 'yes'",
        WrongValue,
        ":3: access.accept_untrusted_certificate: expected true or false, found the text 'yes'",
    ),
    (
        URL + "[access]\nuser = 'x'\npassword = 7",
        WrongValue,
        ":4: access.password: expected text that is not empty, found something else",
    ),
    (URL + "nmae = 'x'", UnknownKey, ":2: nmae: unknown key; did you mean 'name'?"),
    (URL + "Name = 'x'", UnknownKey, ":2: Name: unknown key; did you mean 'name'?"),
    (URL + "\n\n[find.mut]\nname = 'x'", UnknownKey, ":4: find.mut: unknown key; did you mean 'mute'?"),
    (
        URL + "[find.mute]\n# a comment\nrolle = 'button'",
        UnknownKey,
        ":4: find.mute.rolle: unknown key; did you mean 'role'?",
    ),
    (
        URL + "zzzz = 1",
        UnknownKey,
        ":2: zzzz: unknown key; known here: name, extends, url, audio_url, video_url, calls, query, within, viewport, locale, access, version, before_call, in_call, find, not_applicable, far_end, budgets",
    ),
    (URL + "[mute]\nrole = 'button'", UnknownKey, ":2: mute: unknown key; it belongs in [find]"),
    (URL + "[camera]\nrole = 'button'", UnknownKey, ":2: camera: unknown key; it belongs in [find]"),
    (
        URL + "[timeouts]\nshown = 2",
        UnknownKey,
        ":2: timeouts: unknown key; known here: name, extends, url, audio_url, video_url, calls, query, within, viewport, locale, access, version, before_call, in_call, find, not_applicable, far_end, budgets",
    ),
    (
        URL + "[access]\ninsecure = true",
        UnknownKey,
        ":3: access.insecure: unknown key; known here: accept_untrusted_certificate, user, password, storage_state, proxy, hosts",
    ),
    (
        URL + "[far_end]\ntransport = 'ws'",
        UnknownKey,
        ":3: far_end.transport: unknown key; known here: witness, ignore, signalling, listen, port, certificate, key, domain, agent, numbers, user, password, ring_seconds, answer, after_ack, video_off",
    ),
    (
        URL + "[[not_applicable]]\nstatement = 'NOTE-1'\nwhy = 'x'",
        WrongValue,
        ":3: not_applicable[0].statement: expected a statement of the article, found the text 'NOTE-1'; `widget-conformance list` shows them all",
    ),
    (URL + "password = 'x'", UnknownKey, ":2: password: unknown key; it belongs in [access] or in [far_end]"),
    (
        URL + "[budgets]\nshown = 1\nlocale = 'de'",
        UnknownKey,
        ":4: budgets.locale: unknown key; it belongs at the top of the file, before the first [table]",
    ),
    (
        URL + '[far_end]\n"ring seconds" = 3',
        UnknownKey,
        ":3: far_end.\"ring seconds\": unknown key; did you mean 'ring_seconds'?",
    ),
    (
        URL + "[find.mute]\ncss = 'x'\nstate = [\n  { class = 'a' },\n  { clas = 'b' },\n]",
        UnknownKey,
        ":6: find.mute.state[1].clas: unknown key; did you mean 'class'?",
    ),
    (
        URL + "find.mute = { css = 'x', nmae = 'y' }",
        UnknownKey,
        ":2: find.mute.nmae: unknown key; did you mean 'name'?",
    ),
    (
        URL + "[[find.mute.state]]\nclass = 'a'\n[[find.mute.state]]\nmeans = 'activ'\nclass = 'b'",
        WrongValue,
        ":5: find.mute.state[1].means: expected one of 'active', 'inactive', 'blocked', found the text 'activ'; did you mean 'active'?",
    ),
    (URL + "name = 3", WrongValue, ":2: name: expected text that is not empty, found the number 3"),
    (URL + "name = ''", WrongValue, ":2: name: expected text that is not empty, found the text ''"),
    (
        URL + "[budgets]\nshown = 'fast'",
        WrongValue,
        ":3: budgets.shown: expected a number above 0 up to 60, found the text 'fast'",
    ),
    (
        URL + "[budgets]\nshown = 0",
        WrongValue,
        ":3: budgets.shown: expected a number above 0 up to 60, found the number 0",
    ),
    (URL + "[budgets]\nshown = nan", WrongValue, ":3: budgets.shown: expected a finite number, found nan"),
    (
        URL + "[budgets]\nshown = true",
        WrongValue,
        ":3: budgets.shown: expected a number above 0 up to 60, found a boolean true",
    ),
    (URL + "[find]\nmute = 'button'", WrongValue, ":3: find.mute: expected a table, found the text 'button'"),
    (
        URL + "[find.mute]\n",
        MissingKey,
        ":2: find.mute: expected at least one of role, name, text, css, test_id, label, state",
    ),
    (URL + "[find.mute]\nrole = 3", WrongValue, ":3: find.mute.role: expected an ARIA role, found the number 3"),
    (
        URL + "[find.mute]\nrole = ['button', 3]",
        WrongValue,
        ":3: find.mute.role[1]: expected an ARIA role, found the number 3",
    ),
    (
        URL + "[find.mute]\nrole = 'buton'",
        WrongValue,
        ":3: find.mute.role: expected an ARIA role, found the text 'buton'; did you mean 'button'?",
    ),
    (
        URL + "[find.mute]\nrole = ['switch', 'Button']",
        WrongValue,
        ":3: find.mute.role[1]: expected an ARIA role, found the text 'Button'; did you mean 'button'?",
    ),
    (
        URL + "[find.mute]\ncss = 'x'\nstate = [{ means = 'loud', class = 'x' }]",
        WrongValue,
        ":4: find.mute.state[0].means: expected one of 'active', 'inactive', 'blocked', found the text 'loud'",
    ),
    (
        URL + "[find.mute]\ncss = 'x'\nstate = { value = 'x' }",
        MissingKey,
        ":4: find.mute.state: expected at least one of attribute, class, css, name, text",
    ),
    (
        "locale = 'fr-CH'\n" + URL + "[find.mute]\nname = { en = 'mute', de-CH = 'stumm' }",
        WrongValue,
        ":4: find.mute.name: nothing is given for the locale 'fr-CH', only for en, de-CH",
    ),
    (
        URL + "[find.mute]\ntext = { en = 'mute', de = ['stumm', '('] }",
        BadPattern,
        ":3: find.mute.text.de[1]: the pattern '(' does not compile at character 1: missing ), unterminated subpattern",
    ),
    (
        URL + "[[before_call]]\nclick = { label = { en = 'chat', de = '/gespräch/i' } }",
        BadPattern,
        ":3: before_call[0].click.label.de: the pattern '/gespräch/i' is written with slashes, which would have to be there; write 'gespräch', and case is ignored",
    ),
    (
        URL + "[find.mute]\nstate = { text = { en = 'off', de_CH = 'aus' } }",
        WrongValue,
        ":3: find.mute.state.text: expected a language tag such as en-US, found the text 'de_CH'; did you mean 'de-CH'?",
    ),
    (
        URL + "[find.mute]\nname = ['mute', 'unmute']",
        WrongValue,
        ":3: find.mute.name: expected text, or a table of texts by language, found a list",
    ),
    (
        URL + "[find.mute]\nname = {}",
        WrongValue,
        ":3: find.mute.name: expected text, or a table of texts by language, found an empty table",
    ),
    (
        URL + "[find.mute]\ntext = 3",
        WrongValue,
        ":3: find.mute.text: expected text, a list of texts, or a table of either by language, found the number 3",
    ),
    (
        URL + "[find.mute]\ntext = { en = 3 }",
        WrongValue,
        ":3: find.mute.text.en: expected text or a list of texts, found the number 3",
    ),
    (
        URL + "[find.mute]\nstate = { class = 'a', css = '.b' }",
        KeysThatExclude,
        ":3: find.mute.state.css: cannot be said together with 'class': a rule tells by one of attribute, class, css",
    ),
    (
        URL + "[find.mute]\ncss = 'a'\nclass = 'muted'",
        UnknownKey,
        ":4: find.mute.class: unknown key; it belongs in find.mute.state",
    ),
    (
        URL + "[find.mute]\nstate = [{ class = 'a' }, { css = 'a >' }]",
        BadSelector,
        ":3: find.mute.state[1].css: 'a >' is no CSS selector: nothing follows '>' at character 2",
    ),
    (
        URL + "[find.mute]\nname = '('",
        BadPattern,
        ":3: find.mute.name: the pattern '(' does not compile at character 1: missing ), unterminated subpattern",
    ),
    (
        URL + "[find.mute]\ntext = ['a', '(?i)b']",
        BadPattern,
        ":3: find.mute.text[1]: the pattern '(?i)b' has '(?i', which JavaScript reads otherwise or not at all",
    ),
    (
        URL + "[find.mute]\nstate = { name = 'a++' }",
        BadPattern,
        ":3: find.mute.state.name: the pattern 'a++' has '++', which JavaScript reads otherwise or not at all",
    ),
    (
        URL + "[find.mute]\ncss = '.a..b'",
        BadSelector,
        ":3: find.mute.css: '.a..b' is no CSS selector: '.' at character 3 has no meaning there",
    ),
    (
        URL + "within = ['iframe.call', '.a..b']",
        BadSelector,
        ":2: within[1]: '.a..b' is no CSS selector: '.' at character 3 has no meaning there",
    ),
    (
        URL + "[find.mute]\ncss = 'button:has-text(\"x\")'",
        BadSelector,
        ":3: find.mute.css: 'button:has-text(\"x\")' is no CSS selector: :has-text at character 7 is Playwright's, not CSS; use text, name or role instead",
    ),
    (
        URL + "[find.mute]\ncss = 'button:xyz'",
        BadSelector,
        ":3: find.mute.css: 'button:xyz' is no CSS selector: :xyz at character 7 is no pseudo-class",
    ),
    (
        URL + "[find.mute]\ncss = 'button:disabld'",
        BadSelector,
        ":3: find.mute.css: 'button:disabld' is no CSS selector: :disabld at character 7 is no pseudo-class; did you mean :disabled?",
    ),
    (
        URL + "[find.mute]\ncss = 'a:nth-child'",
        BadSelector,
        ":3: find.mute.css: 'a:nth-child' is no CSS selector: :nth-child at character 2 lacks what belongs in parentheses behind it",
    ),
    (
        URL + "[find.mute]\ncss = 'a:nth-child(x)'",
        BadSelector,
        ":3: find.mute.css: 'a:nth-child(x)' is no CSS selector: :nth-child at character 2 takes a number, even, odd or a form such as 2n+1",
    ),
    (
        URL + "[find.mute]\ncss = 'a >'",
        BadSelector,
        ":3: find.mute.css: 'a >' is no CSS selector: nothing follows '>' at character 2",
    ),
    (
        URL + "[version]\ntext = '#1'",
        BadSelector,
        ":3: version.text: '#1' is no CSS selector: expected an element, class, id or attribute, found '#' at character 1",
    ),
    (
        URL + "[version]\nelement = 'a[b'\nattribute = 'c'",
        BadSelector,
        ":3: version.element: 'a[b' is no CSS selector: the brackets at character 2 hold no attribute selector",
    ),
    (URL + "[version]\nelement = 'x'", MissingKey, ":2: version: the key 'attribute' is missing beside 'element'"),
    (URL + "[version]", WrongValue, ":2: version: expected a table that is not empty, found an empty table"),
    (
        URL + "[version]\nheader = 'X Version'",
        WrongValue,
        ":3: version.header: expected the name of a header, such as X-Widget-Version, found the text 'X Version'",
    ),
    (
        URL + "[version]\nglobal = 'a b'",
        WrongValue,
        ":3: version.global: expected a path such as MyWidget.version, found the text 'a b'",
    ),
    (
        URL + "locale = 2020-01-01",
        WrongValue,
        ":2: locale: expected a language tag such as en-US, found a date or time",
    ),
    (
        URL + "locale = 'de_CH'",
        WrongValue,
        ":2: locale: expected a language tag such as en-US, found the text 'de_CH'; did you mean 'de-CH'?",
    ),
    (URL + "calls = []", WrongValue, f":2: calls: expected {KINDS}, found an empty list"),
    (
        URL + "calls = ['audio', 'phone']",
        WrongValue,
        ":2: calls[1]: expected one of 'audio', 'video', found the text 'phone'",
    ),
    (URL + "calls = ['audio', 'audio']", WrongValue, f":2: calls: expected {KINDS}, found a list"),
    (URL + "calls = 'audio'", WrongValue, f":2: calls: expected {KINDS}, found the text 'audio'"),
    (
        URL + "viewport = { width = 100, height = 600 }",
        WrongValue,
        ":2: viewport.width: expected a whole number from 200 up to 8000, found the number 100",
    ),
    (
        URL + "[far_end]\nsignalling = 'wip'",
        WrongValue,
        ":3: far_end.signalling: nothing installed is called 'wip'; did you mean 'whip'? "
        "A package adds another with an entry point of the group widget_conformance.far_end",
    ),
    (
        URL + "[far_end]\nsignalling = 'xmpp'",
        WrongValue,
        ":3: far_end.signalling: nothing installed is called 'xmpp'; there are 'json', 'sip', 'whip'. "
        "A package adds another with an entry point of the group widget_conformance.far_end",
    ),
    (
        URL + "[far_end]\nport = 70000",
        WrongValue,
        ":3: far_end.port: expected a whole number from 1 up to 65535, found the number 70000",
    ),
    (
        URL + "[far_end]\nvideo_off = [{ pattern='x', video='off', method='MESAGE' }]",
        WrongValue,
        ":3: far_end.video_off[0].method: expected one of 'MESSAGE', 'INFO', 'SDP', found the text 'MESAGE'; did you mean 'MESSAGE'?",
    ),
    (
        URL + "[far_end]\nvideo_off = [\n{ pattern='x', video='off' }]",
        MissingKey,
        ":4: far_end.video_off[0]: the key 'method' is missing",
    ),
    (
        URL + "[far_end]\nlisten = 'everywhere'",
        WrongValue,
        ":3: far_end.listen: expected an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them, found the text 'everywhere'",
    ),
    (
        URL + "[far_end]\nagent = 'a@b'",
        WrongValue,
        ":3: far_end.agent: expected a user name or number, as it stands before the @, found the text 'a@b'",
    ),
    (
        URL + "[far_end]\nnumbers = '100'",
        WrongValue,
        ":3: far_end.numbers: expected a list that is not empty, found the text '100'",
    ),
    (
        URL + '[far_end]\nafter_ack = [{ body = \'{"id": "{callid}"}\' }]',
        UnknownPlaceholder,
        ":3: far_end.after_ack[0].body: unknown placeholder {callid}; did you mean {call_id}?",
    ),
    (
        URL + "[far_end]\nafter_ack = { body = 'x' }",
        WrongValue,
        ":3: far_end.after_ack: expected a list, found a table",
    ),
    (
        URL + "[far_end]\nafter_ack = [{ body = 'x', content_type = 'json' }]",
        WrongValue,
        ":3: far_end.after_ack[0].content_type: expected a media type such as application/json, found the text 'json'",
    ),
    ("url = 'ftp://x/'", BadUrl, ":1: url: expected an address such as https://example.org/widget, found 'ftp://x/'"),
    (
        "url = 'example.org'",
        BadUrl,
        ":1: url: expected an address such as https://example.org/widget, found 'example.org'",
    ),
    (
        "url = 'http://x:99999/'",
        BadUrl,
        ":1: url: expected an address such as https://example.org/widget, found 'http://x:99999/'",
    ),
    ("url = 'http://x/{sip}'", UnknownPlaceholder, ":1: url: unknown placeholder {sip}; did you mean {far_end_url}?"),
    (
        "url = 'http://x/{zzz}'",
        UnknownPlaceholder,
        ":1: url: unknown placeholder {zzz}; known: {origin}, {far_end_url}",
    ),
    (
        URL + "video_url = 'http:///x'",
        BadUrl,
        ":2: video_url: expected an address such as https://example.org/widget, found 'http:///x'",
    ),
    (URL + "query = { a = 1 }", WrongValue, ":2: query.a: expected text, found the number 1"),
    (
        URL + "[query]\nsip = '{sipurl}'",
        UnknownPlaceholder,
        ":3: query.sip: unknown placeholder {sipurl}; did you mean {far_end_url}?",
    ),
    (
        URL + "[[not_applicable]]\nstatement = 'CAM-LIVE-99'\nwhy = 'x'",
        WrongValue,
        ":3: not_applicable[0].statement: expected a statement of the article, found the text 'CAM-LIVE-99'; did you mean 'CAM-LIVE-7'?",
    ),
    (
        URL + "[[not_applicable]]\nstatement = 'VIDEO'\nwhy = 'x'",
        WrongValue,
        ":3: not_applicable[0].statement: expected a statement of the article, found the text 'VIDEO'; `widget-conformance list` shows them all",
    ),
    (
        URL + "[[not_applicable]]\nstatement = 'CAM-LIVE-2'",
        MissingKey,
        ":2: not_applicable[0]: the key 'why' is missing",
    ),
    (
        URL + "[[not_applicable]]\nwhy = 'x'",
        MissingKey,
        ":2: not_applicable[0]: expected one of the keys statement, statements",
    ),
    (
        URL + "[[not_applicable]]\nstatement = 'CAM-LIVE-2'\nstatements = ['CAM-LIVE-3']\nwhy = 'x'",
        KeysThatExclude,
        ":4: not_applicable[0].statements: cannot be said together with 'statement'",
    ),
    (
        URL
        + "[[not_applicable]]\nstatement = 'CAM-LIVE-2'\nwhy = 'x'\n[[not_applicable]]\nstatements = ['CAM-LIVE-1', 'CAM-LIVE-2']\nwhy = 'y'",
        SaidTwice,
        ":6: not_applicable[1].statements[1]: CAM-LIVE-2 was said not to apply before, in not_applicable[0].statement",
    ),
    (
        URL + "[[before_call]]\nfor = 'video'",
        MissingKey,
        ":2: before_call[0]: expected one of the keys click, fill, choose, wait_for, press",
    ),
    (
        URL + "[[before_call]]\nclick = { css = 'a' }\npress = 'Enter'",
        KeysThatExclude,
        ":4: before_call[0].press: cannot be said together with 'click'",
    ),
    (
        URL + "[[in_call]]\nclick = 'a'",
        WrongValue,
        ":3: in_call[0].click: expected a table, found the text 'a'",
    ),
    (
        URL + "[[in_call]]\nclik = { css = 'a' }",
        UnknownKey,
        ":3: in_call[0].clik: unknown key; did you mean 'click'?",
    ),
    (URL + "in_call = { click = { css = 'a' } }", WrongValue, ":2: in_call: expected a list, found a table"),
    (
        URL + "[[in_call]]\npress = 'Tab'\n[[in_call]]\nclick = { name = '*' }",
        BadPattern,
        ":5: in_call[1].click.name: the pattern '*' does not compile at character 1: nothing to repeat",
    ),
    (
        URL + "[[in_call]]\nclick = { css = 'a[' }",
        BadSelector,
        ":3: in_call[0].click.css: 'a[' is no CSS selector: the brackets at character 2 hold no attribute selector",
    ),
    (
        URL + "[[in_call]]\npress = 'Return'",
        WrongValue,
        ":3: in_call[0].press: 'Return' is no key; did you mean 'Enter'?",
    ),
    (
        URL + "calls = ['audio']\n[[in_call]]\npress = 'Tab'\nfor = 'video'",
        KeysThatExclude,
        ":5: in_call[0].for: it means nothing with calls = ['audio']; the build has no video calls",
    ),
    (
        URL + "[[before_call]]\nfill = { label = 'a' }",
        MissingKey,
        ":2: before_call[0]: the key 'with' is missing beside 'fill'",
    ),
    (
        URL + "[[before_call]]\nclick = { css = 'a' }\noption = 'b'",
        MissingKey,
        ":2: before_call[0]: the key 'choose' is missing beside 'option'",
    ),
    (
        URL + "[[before_call]]\nclick = 'a'",
        WrongValue,
        ":3: before_call[0].click: expected a table, found the text 'a'",
    ),
    (
        URL + "[[before_call]]\npress = 'Return'",
        WrongValue,
        ":3: before_call[0].press: 'Return' is no key; did you mean 'Enter'?",
    ),
    (
        URL + "[[before_call]]\npress = 'Ctrl+a'",
        WrongValue,
        ":3: before_call[0].press: 'Ctrl' is no key that is held down; did you mean 'Control'?",
    ),
    (
        URL + "[[before_call]]\npress = 'Escpe'",
        WrongValue,
        ":3: before_call[0].press: 'Escpe' is no key; did you mean 'Escape'?",
    ),
    (
        URL + "[[before_call]]\npress = 'Zebra'",
        WrongValue,
        ":3: before_call[0].press: 'Zebra' is no key; known: one character, ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Backspace, CapsLock, ContextMenu, Delete, End, Enter, Escape, Home, Insert, PageDown, PageUp, Space, Tab, F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, Alt, Control, ControlOrMeta, Meta, Shift",
    ),
    (
        URL + "[[before_call]]\nwait = { css = 'a' }",
        UnknownKey,
        ":3: before_call[0].wait: unknown key; did you mean 'wait_for'?",
    ),
    (
        URL + "[[before_call]]\nwait_for = { css = '' }",
        WrongValue,
        ":3: before_call[0].wait_for.css: expected text that is not empty, found the text ''",
    ),
    (
        URL + "[[before_call]]\nwait_for = { css = 'a' }\nfor = 'vidio'",
        WrongValue,
        ":4: before_call[0].for: expected one of 'audio', 'video', found the text 'vidio'; did you mean 'video'?",
    ),
    (
        URL + "[[before_call]]\nclick = { role = 'button', name = '*' }",
        BadPattern,
        ":3: before_call[0].click.name: the pattern '*' does not compile at character 1: nothing to repeat",
    ),
    (
        URL + "[[before_call]]\nclick = { state = { class = 'a' } }",
        UnknownKey,
        ":3: before_call[0].click.state: unknown key; known here: role, name, text, css, test_id, label",
    ),
    (
        URL + "[far_end]\npassword = '${WIDGET_NOT_SET}'",
        VariableNotSet,
        ":3: far_end.password: the environment variable WIDGET_NOT_SET is not set; set it, or write $${WIDGET_NOT_SET} for these very characters",
    ),
    (
        URL + "name = '${WIDGET_SECRET}'",
        VariableNotHere,
        ":2: name: this stands in reports and messages, so ${WIDGET_SECRET} is not taken from the environment here; write the text itself, or $${WIDGET_SECRET} for these very characters",
    ),
    (
        URL + "[find.mute]\nname = '${WIDGET_SECRET}'",
        BadPattern,
        ":3: find.mute.name: the pattern '${WIDGET_SECRET}' does not suit both Python and JavaScript",
    ),
    (
        URL + "[far_end]\nport = '${WIDGET_SECRET}'",
        WrongValue,
        ":3: far_end.port: expected a whole number from 1 up to 65535, found the text '${WIDGET_SECRET}'",
    ),
    (
        "url = '${WIDGET_SECRET}'",
        BadUrl,
        ":1: url: expected an address such as https://example.org/widget, found '${WIDGET_SECRET}'",
    ),
    (
        URL + "[far_end]\ndomain = '${not this}'",
        VariableNotHere,
        ":3: far_end.domain: ${not this} names no environment variable; write $${ for ${ itself",
    ),
    (
        URL + "[far_end]\ndomain = 'x${OPEN'",
        VariableNotHere,
        ":3: far_end.domain: ${OPEN names no environment variable; write $${ for ${ itself",
    ),
    (
        URL + "[[before_call]]\npress = '${WIDGET_SECRET}'",
        WrongValue,
        ":3: before_call[0].press: '${WIDGET_SECRET}' is no key",
    ),
    (
        URL + "[find.mute]\ncss = '${WIDGET_SECRET}'",
        BadSelector,
        ":3: find.mute.css: '${WIDGET_SECRET}' is no CSS selector",
    ),
    (
        URL + "[find.mute]\nrole = '${WIDGET_SECRET}'",
        WrongValue,
        ":3: find.mute.role: expected an ARIA role, found the text '${WIDGET_SECRET}'",
    ),
    (
        URL + "extends = 'none.toml'",
        ProfileUnreadable,
        ":2: extends: there is no file none.toml; the path is relative to the file that says it",
    ),
    (
        "extends = 'vendor.toml'",
        ExtendsItself,
        ":1: extends: the profiles extend each other in a circle: vendor.toml, which extends vendor.toml",
    ),
    (URL + "extends = 3", WrongValue, ":2: extends: expected text that is not empty, found the number 3"),
    (URL + "before_call = [1]", WrongValue, ":2: before_call[0]: expected a table, found the number 1"),
    (URL + "not_applicable = ['AIM-1']", WrongValue, ":2: not_applicable[0]: expected a table, found the text 'AIM-1'"),
    (URL + "find = []", WrongValue, ":2: find: expected a table, found an empty list"),
    ('query = 3\nurl = "https://example.org/widget"\n', WrongValue, ":1: query: expected a table, found the number 3"),
    (
        URL + "[far_end]\npassword = 12345",
        WrongValue,
        ":3: far_end.password: expected text that is not empty, found something else",
    ),
    (
        URL + "[[before_call]]\nclick = { css = 'a' }\n[[before_call]]\nchoose = { label = 'Department' }",
        MissingKey,
        ":4: before_call[1]: the key 'option' is missing beside 'choose'",
    ),
    (
        URL + "[find.mute]\ncss = '''\na\n'''\ntext = '('",
        BadPattern,
        ":6: find.mute.text: the pattern '(' does not compile at character 1: missing ), unterminated subpattern",
    ),
    (
        "# ü\r\nurl = 'http://x'\r\nviewport = { width = 400,\theight = '600' }\r\n",
        WrongValue,
        ":3: viewport.height: expected a whole number from 200 up to 8000, found the text '600'",
    ),
    (URL + "[viewport]\nheigth = 3", UnknownKey, ":3: viewport.heigth: unknown key; did you mean 'height'?"),
    (
        URL + "[find.mute]\ncss = 'p:not(:contains(\"x\"))'",
        BadSelector,
        ":3: find.mute.css: 'p:not(:contains(\"x\"))' is no CSS selector: :contains at character 7 is jQuery's, not CSS; use text, name or role instead",
    ),
    (
        URL + "[find.mute]\ncss = ''",
        WrongValue,
        ":3: find.mute.css: expected text that is not empty, found the text ''",
    ),
    (
        URL + "[find.mute]\ntest_id = 'a'\nlabel = 'a('",
        BadPattern,
        ":4: find.mute.label: the pattern 'a(' does not compile at character 2: missing ), unterminated subpattern",
    ),
    (
        URL + "[budgets]\nshown = inf",
        WrongValue,
        ":3: budgets.shown: expected a number above 0 up to 60, found the number inf",
    ),
    (
        URL + "[far_end]\nanswer = { video = 'recvony' }",
        WrongValue,
        ":3: far_end.answer.video: expected one of 'sendrecv', 'recvonly', found the text 'recvony'; did you mean 'recvonly'?",
    ),
    (
        URL + "[far_end]\nring_seconds = -1",
        WrongValue,
        ":3: far_end.ring_seconds: expected a number from 0 up to 60, found the number -1",
    ),
    (
        URL + "[far_end]\nring_seconds = nan",
        WrongValue,
        ":3: far_end.ring_seconds: expected a finite number, found nan",
    ),
    (
        URL + "\n\n\n[find.mute]\nrole = 'button'\n\n[find.camera]\nrole = ['button', 'swich']",
        WrongValue,
        ":9: find.camera.role[1]: expected an ARIA role, found the text 'swich'; did you mean 'switch'?",
    ),
    (
        URL + "[far_end]\nnumbers = ['100', 'a b']",
        WrongValue,
        ":3: far_end.numbers[1]: expected a user name or number, as it stands before the @, found the text 'a b'",
    ),
    (
        URL + "[query]\na = '{sip_url}'\nb = '${WIDGET_NOT_SET}'",
        VariableNotSet,
        ":4: query.b: the environment variable WIDGET_NOT_SET is not set; set it, or write $${WIDGET_NOT_SET} for these very characters",
    ),
    (
        URL + '[find.mute]\nname = "\\bmute\\b"',
        WrongValue,
        ":3: find.mute.name: holds the control character U+0008, which nobody can see; "
        'of "\\b" TOML makes that: write the text in single quotes, or \\\\b',
    ),
    (
        URL + '[find.mute]\ncss = "a\\u007fb"',
        WrongValue,
        ":3: find.mute.css: holds the control character U+007F, which nobody can see",
    ),
    (
        URL + '[[before_call]]\nclick = { text = ["a", "\\fb"] }',
        WrongValue,
        ":3: before_call[0].click.text[1]: holds the control character U+000C, which nobody can see; "
        'of "\\f" TOML makes that: write the text in single quotes, or \\\\f',
    ),
    (
        URL + "[find.mute]\nstate = { class = '.muted' }",
        WrongValue,
        ":3: find.mute.state.class: expected one class, without dots, brackets and spaces around it, found the text '.muted'; did you mean 'muted'?",
    ),
    (
        URL + "[find.mute]\nstate = [{ class = 'mic off' }]",
        WrongValue,
        ":3: find.mute.state[0].class: expected one class, without dots, brackets and spaces around it, found the text 'mic off'; did you mean 'mic'?",
    ),
    (
        URL + "[find.mute]\nstate = { class = ' ' }",
        WrongValue,
        ":3: find.mute.state.class: expected one class, without dots, brackets and spaces around it, found the text ' '",
    ),
    (
        URL + "[find.mute]\nstate = { attribute = '[aria-pressed]' }",
        WrongValue,
        ":3: find.mute.state.attribute: expected the name of one attribute, without dots, brackets and spaces around it, found the text '[aria-pressed]'; did you mean 'aria-pressed'?",
    ),
    (
        URL + "[find.mute]\nstate = { attribute = ['aria-pressed', 'data x'] }",
        WrongValue,
        ":3: find.mute.state.attribute[1]: expected the name of one attribute, without dots, brackets and spaces around it, found the text 'data x'; did you mean 'data'?",
    ),
    (
        URL + "[version]\nelement = 'html'\nattribute = 'data-version='",
        WrongValue,
        ":4: version.attribute: expected the name of one attribute, without dots, brackets and spaces around it, found the text 'data-version='; did you mean 'data-version'?",
    ),
    (
        "url = 'http://x/?sip={far_end_url'",
        UnknownPlaceholder,
        ":1: url: {far_end_url is opened and not closed; did you mean {far_end_url}?",
    ),
    (
        "url = 'http://x/?sip=far_end_url}'",
        UnknownPlaceholder,
        ":1: url: far_end_url} is closed and not opened; did you mean {far_end_url}?",
    ),
    ("url = 'http://x/?{'", UnknownPlaceholder, ":1: url: '{' stands alone; known: {origin}, {far_end_url}"),
    (
        URL + "query = { sip = '{far_end_url' }",
        UnknownPlaceholder,
        ":2: query.sip: {far_end_url is opened and not closed; did you mean {far_end_url}?",
    ),
    (
        URL + "query = { sip = '{far-end-url}' }",
        UnknownPlaceholder,
        ":2: query.sip: unknown placeholder {far-end-url}; did you mean {far_end_url}?",
    ),
    (
        URL + '[far_end]\nafter_ack = [{ body = \'{"id": "{call_id"}\' }]',
        UnknownPlaceholder,
        ":3: far_end.after_ack[0].body: {call_id is opened and not closed; did you mean {call_id}?",
    ),
    (
        URL + '[far_end]\nafter_ack = [{ body = \'{"id": "{call-id}"}\' }]',
        UnknownPlaceholder,
        ":3: far_end.after_ack[0].body: unknown placeholder {call-id}; did you mean {call_id}?",
    ),
    (
        URL + '[far_end]\nafter_ack = [{ body = \'{"id": "{ call_id }"}\' }]',
        UnknownPlaceholder,
        ":3: far_end.after_ack[0].body: unknown placeholder { call_id }; did you mean {call_id}?",
    ),
    (
        URL + "[far_end]\ndomain = 'sip:contact.example'",
        WrongValue,
        ":3: far_end.domain: expected a domain such as contact.example, as it stands behind the @, found the text 'sip:contact.example'",
    ),
    (
        URL + "[far_end]\ndomain = '100@contact.example'",
        WrongValue,
        ":3: far_end.domain: expected a domain such as contact.example, as it stands behind the @, found the text '100@contact.example'",
    ),
    (
        URL + "[far_end]\nuser = 'sip:2000'",
        WrongValue,
        ":3: far_end.user: expected a user name or number, as it stands before the @, found the text 'sip:2000'",
    ),
    (
        URL + "[far_end]\nuser = '20 00'",
        WrongValue,
        ":3: far_end.user: expected a user name or number, as it stands before the @, found the text '20 00'",
    ),
    (
        URL
        + "[far_end]\nvideo_off = [{ method='INFO', pattern='x', video='off' },\n{ method='INFO', pattern='x', video='on' }]",
        SaidTwice,
        ":4: far_end.video_off[1].pattern: far_end.video_off[0] says the same pattern for video = 'off'; a message cannot tell both",
    ),
    (
        URL + "calls = ['audio']\nvideo_url = 'https://example.org/video'",
        KeysThatExclude,
        ":3: video_url: it means nothing with calls = ['audio']; the build has no video calls",
    ),
    (
        URL + "calls = ['video']\n[[before_call]]\npress = 'Tab'\nfor = 'audio'",
        KeysThatExclude,
        ":5: before_call[0].for: it means nothing with calls = ['video']; the build has no audio calls",
    ),
    (
        "url = 'https://a..b/'",
        BadUrl,
        ":1: url: expected an address such as https://example.org/widget, found 'https://a..b/'",
    ),
    (URL + "name = ' '", WrongValue, ":2: name: expected text that is not empty, found the text ' '"),
    (
        URL + "[[not_applicable]]\nstatement = 'CAM-LIVE-2'\nwhy = ' '",
        WrongValue,
        ":4: not_applicable[0].why: expected text that is not empty, found the text ' '",
    ),
    (
        URL + "[version]\nstated = 'latest'",
        WrongValue,
        ":3: version.stated: expected a version, such as 5.1, found the text 'latest'",
    ),
    (
        URL + "[find.mute]\nname = '/mute/i'",
        BadPattern,
        ":3: find.mute.name: the pattern '/mute/i' is written with slashes, which would have to be there; write 'mute', and case is ignored",
    ),
    (
        URL + "[find.mute]\ntext = ['a', '/mute/']",
        BadPattern,
        ":3: find.mute.text[1]: the pattern '/mute/' is written with slashes, which would have to be there; write 'mute', and case is ignored",
    ),
    (
        URL + "[find.mute]\nstate = { attribute = 'data-mic', value = '/off/i' }",
        BadPattern,
        ":3: find.mute.state.value: the pattern '/off/i' is written with slashes, which would have to be there; write 'off', and case is ignored",
    ),
]


@pytest.mark.parametrize(("text", "error", "told"), WRONG)
def test_wrong_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, error: type[ProfileError], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIDGET_SECRET", SECRET)
    monkeypatch.delenv("WIDGET_NOT_SET", raising=False)
    Path("vendor.toml").write_bytes(text.encode())
    with pytest.raises(ProfileError) as raised:
        load("vendor.toml")
    assert str(raised.value) == f"vendor.toml{told}".replace("{folder}", str(tmp_path))
    assert raised.type is error
    assert SECRET not in repr(raised.value)


def test_there_are_many() -> None:
    assert len({text for text, _, _ in WRONG}) >= 40
