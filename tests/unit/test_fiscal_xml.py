"""Reading invoice XML: the published samples, files derived from them, and everything that is no invoice."""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import re
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.fiscal import access_key
from desktop.fiscal.xml import MAX_BYTES, FiscalDocument, read

NFELIB = importlib.resources.files("nfelib")
SAMPLES = NFELIB / "nfe" / "samples" / "v4_0"
ONE_ITEM = "35180834128745000152550010000476121675985748-nfe.xml"


def invoices() -> dict[str, bytes]:
    files = [SAMPLES / "procNFe.xml", *(SAMPLES / "leiauteNFe").iterdir()]
    return {f.name: f.read_bytes() for f in files if f.name.endswith(".xml")}


def foreign(folder: str) -> list[bytes]:
    top = NFELIB / folder / "samples"
    return [f.read_bytes() for d in top.iterdir() for f in d.iterdir() if f.name.endswith(".xml")]


SIGNED = {n: d for n, d in invoices().items() if b"SignatureValue" in d and b"<nProt>" in d}
ONE = SIGNED[ONE_ITEM]
ONE_KEY = ONE_ITEM[:44]


def refusal(data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        read(data)
    return str(caught.value)


def changed(old: str, new: str, data: bytes = ONE, count: int = -1) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), count)


def rekeyed(issuer: str = "34128745000152", model: str = "55") -> bytes:
    """The one-item sample with another issuer and model, and the key that follows from them."""
    body = ONE_KEY[:6] + issuer + model + ONE_KEY[22:43]
    data = changed(ONE_KEY, body + str(access_key.check_digit(body)))
    data = changed("<CNPJ>34128745000152</CNPJ>", f"<CNPJ>{issuer}</CNPJ>", data)
    return changed("<mod>55</mod>", f"<mod>{model}</mod>", data)


def test_there_are_14_signed_and_authorised_samples_of_18():
    assert (len(SIGNED), len(invoices())) == (14, 18)


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_signed_and_authorised_sample_is_accepted(name):
    data = SIGNED[name]
    document = read(data)
    assert document.key.text == re.search(rb'Id="NFe(\w{44})"', data)[1].decode()
    assert document.digest_matches
    assert document.status == 100
    assert document.protocol.encode() in data
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.issued_at.utcoffset() == timedelta(0)
    assert len(document.items) == data.count(b"<det ")
    assert document.total == int(re.search(rb"<vNF>(\d+)\.(\d\d)</vNF>", data).expand(rb"\1\2"))
    products = re.findall(rb"<vProd>(\d+)\.(\d\d)</vProd>", data)[:-1]  # the last is the sum
    assert [item.total for item in document.items] == [int(a + b) for a, b in products]


def test_the_unsigned_and_the_unauthorised_samples_are_refused():
    others = [data for name, data in invoices().items() if name not in SIGNED]
    said = [refusal(data) for data in others]
    assert sum("no digital signature" in one for one in said) == 3
    assert sum("no authorisation protocol" in one for one in said) == 1


def test_every_field_of_one_sample():
    document = read(SIGNED["35180834128745000152550010000476861118934859-nfe.xml"])
    assert (document.model, document.series, document.number) == ("55", 1, 47686)
    assert document.issued_at == datetime(2018, 8, 17, 18, 28, 31, tzinfo=UTC)
    assert document.total == 3251_92
    assert document.environment == 1
    assert document.issuer.document == "34128745000152"
    assert document.issuer.state == "SP"
    assert document.issuer.state_registration
    assert document.recipient is not None and document.recipient.name
    first = document.items[0]
    assert (first.ean, first.quantity) == ("7997846900945", Decimal(36))
    assert str(first.quantity) == "36.0000"


def test_a_recipients_data_stays_out_of_the_repr():
    document = read(ONE)
    assert document.recipient.name not in repr(document)


def test_an_ean_of_none_is_empty():
    assert read(re.sub(rb"<cEAN>\w+<", b"<cEAN>SEM GTIN<", ONE)).items[0].ean == ""


def test_an_issuer_number_with_letters():
    document = read(rekeyed(issuer="12ABC34501DE35"))
    assert document.issuer.document == document.key.issuer == "12ABC34501DE35"


def test_an_nfce_with_protocol_and_without_recipient():
    data = re.sub(rb"<dest>.*?</dest>", b"", rekeyed(model="65"), flags=re.DOTALL)
    document = read(data)
    assert document.model == "65"
    assert document.recipient is None


def test_authorised_late_is_authorised():
    assert read(changed("<cStat>100<", "<cStat>150<")).status == 150


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "cp1252"])
def test_any_declared_encoding_gives_the_same_document(encoding):
    text = ONE.decode("utf-8").replace("Bonificação", "Bonificação é")
    text = re.sub(r"<xProd>.*?</xProd>", "<xProd>Pão de açúcar</xProd>", text)
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "cp1252": "windows-1252"}
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    head = f'<?xml version="1.0" encoding="{declared.get(encoding, encoding)}"?>'
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    document = read(bom + (head + text).encode(encoding))
    assert document.items[0].description == "Pão de açúcar"
    assert document.key.text == ONE_KEY


@pytest.mark.parametrize(
    ("text", "centavos"),
    [("0", 0), ("0.07", 7), ("9.06", 906), ("1.10", 110), ("17", 1700), ("4503599627370.49", 450359962737049),
     ("9999999999999.99", 999999999999999)],
)  # fmt: skip
def test_money_is_exact(text, centavos):
    assert read(re.sub(rb"<vNF>.*?<", f"<vNF>{text}<".encode(), ONE)).total == centavos


@given(st.integers(0, 10**15 - 1))
@settings(max_examples=50, deadline=None)
def test_any_amount_of_the_layout_is_exact(centavos):
    text = f"<vNF>{centavos // 100}.{centavos % 100:02d}<"
    assert read(re.sub(rb"<vNF>.*?<", text.encode(), ONE)).total == centavos


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9.0",
        "9,06",
        "-9.06",
        "9.060",
        "1e3",
        "1_0",
        "NaN",
        "٩",
        "10000000000000.00",
        "<x/>9.06",
        "9.06<x/>1",
    ],
)
def test_an_amount_the_layout_does_not_know_is_refused(text):
    assert "vNF" in refusal(re.sub(rb"<vNF>.*?<", f"<vNF>{text}<".encode(), ONE))


def test_a_comment_inside_an_amount_hides_nothing():
    data = re.sub(rb"<vNF>.*?<", b"<vNF>9<!-- x -->99<?y z?>.<![CDATA[06]]><", ONE)
    assert read(data).total == 999_06


def test_an_environment_that_differs_from_the_protocols_is_refused():
    assert "tpAmb" in refusal(changed("<tpAmb>1<", "<tpAmb>2<", count=1))
    assert read(changed("<tpAmb>1<", "<tpAmb>2<")).environment == 2


def test_a_digest_that_was_not_authorised_is_told():
    assert not read(re.sub(rb"<digVal>.*?<", b"<digVal>AAAA<", ONE)).digest_matches
    assert not read(re.sub(rb"<digVal>.*?</digVal>", b"", ONE)).digest_matches


def event(kind: str, root: str = "procEventoNFe") -> bytes:
    return (
        f'<{root} xmlns="http://www.portalfiscal.inf.br/nfe"><evento><infEvento><chNFe>{ONE_KEY}</chNFe>'
        f"<tpEvento>{kind}</tpEvento></infEvento></evento></{root}>"
    ).encode()


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("nfe.xml", ONE)
    return packed.getvalue()


def bomb(body: str = "&l9;", attribute: str = "", before: str = "") -> str:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'{before}<!DOCTYPE a [<!ENTITY l0 "lol">{entities}]><a b="{attribute}">{body}</a>'


STRANGERS = {
    "empty": b"",
    "zip": zipped(),
    "gzip": b"\x1f\x8b\x08\x00",
    "rar": b"Rar!\x1a\x07",
    "pdf": b"%PDF-1.7 ...",
    "picture": b"\x89PNG\r\n\x1a\n",
    "blank": b" \r\n" * 5000,
    "text": b"nota fiscal 47612",
    "html": b"<!DOCTYPE html><html><body>Sess\xe3o&nbsp;expirada</body></html>",
    "bomb": bomb().encode(),
    "cut off": ONE[:-2000],
    "another xml": b"<catalog><book/></catalog>",
    "no protocol": re.sub(rb"<protNFe.*?</protNFe>", b"", ONE, flags=re.DOTALL),
    "batch": b'<enviNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>',
    "summary": b'<resNFe xmlns="http://www.portalfiscal.inf.br/nfe"/>',
    "voided": (SAMPLES / "leiauteInutNFe").joinpath(
        "41080676472349000430550010000001041671821888-ped-inu.xml"
    ).read_bytes(),
    "cancellation": event("110111"),
    "correction": foreign("nfe_evento_cce")[0],
    "recipient's event": event("210200"),
    "cancelled": changed("<cStat>100<", "<cStat>101<"),
    "denied": changed("<cStat>100<", "<cStat>302<"),
    "rejected": changed("<cStat>100<", "<cStat>539<"),
    "unsigned": re.sub(rb"<(\w+:)?Signature .*?</(\w+:)?Signature>", b"", ONE, flags=re.DOTALL),
    "protocol of another": re.sub(rb"<chNFe>\d+<", b"<chNFe>1<", ONE),
    "wrong key": changed(ONE_KEY, ONE_KEY[:43] + "0"),
    "cte": foreign("cte")[0],
    "mdfe": foreign("mdfe")[0],
    "nfse": foreign("nfse")[0],
    "nfcom": foreign("nfcom")[0],
    "nf3e": foreign("nf3e")[0],
    "bpe": foreign("bpe")[0],
    "sat": b"<CFe><infCFe/></CFe>",
    "mexico": b'<c:Comprobante xmlns:c="http://www.sat.gob.mx/cfd/4"/>',
    "colombia": b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
    "municipal nfse": b'<CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd"/>',
}  # fmt: skip
SAME_SENTENCE = {"municipal nfse": "nfse", "blank": "empty"}


@pytest.mark.parametrize("kind", STRANGERS)
def test_what_is_no_invoice_has_a_cause_and_a_next_step(kind):
    said = refusal(STRANGERS[kind])
    assert len(re.findall(r"[.;](?: |$)", said)) >= 2, said


def test_each_kind_has_its_own_sentence():
    said = {kind: refusal(data) for kind, data in STRANGERS.items()}
    for kind, same in SAME_SENTENCE.items():
        assert said.pop(kind) == said[same]
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize("root", ["procEventoNFe", "evento", "envEvento"])
@pytest.mark.parametrize("kind", ["110111", "110112"])
def test_a_cancellation_is_named_with_its_invoice(root, kind):
    assert "cancellation of invoice 47612" in refusal(event(kind, root))


@pytest.mark.parametrize("folder", ["cte", "mdfe", "nfse", "nfcom", "nf3e", "bpe"])
def test_every_sample_of_another_document_is_named(folder):
    names = {
        "cte": "CT-e",
        "mdfe": "MDF-e",
        "nfse": "NFS-e",
        "nfcom": "NFCom",
        "nf3e": "NF3e",
        "bpe": "BP-e",
    }
    found = foreign(folder)
    assert found
    assert all(names[folder] in refusal(data) for data in found)


@pytest.mark.parametrize("status", ["110", "301", "303", "151", "155"])
def test_denied_and_cancelled_statuses(status):
    said = refusal(changed("<cStat>100<", f"<cStat>{status}<"))
    assert ("denied" if status in {"110", "301", "303"} else "cancelled") in said
    assert status in said


@pytest.mark.parametrize(
    ("old", "new"),
    [("<nNF>47612<", "<nNF>47613<"), ("<serie>1<", "<serie>2<"), ("<mod>55<", "<mod>65<"),
     ("<cUF>35<", "<cUF>31<")],
)  # fmt: skip
def test_an_invoice_that_contradicts_its_key_is_refused(old, new):
    assert f"ide/{old[1:].partition('>')[0]}" in refusal(changed(old, new))


@pytest.mark.parametrize("name", ["infNFe", "emit", "total", "protNFe"])
def test_an_element_that_stands_twice_is_refused(name):
    element = re.search(rf"<{name}[ >].*?</{name}>".encode(), ONE, flags=re.DOTALL)[0]
    assert refusal(ONE.replace(element, element * 2))


@pytest.mark.parametrize(
    "at", ["2018-02-30T10:00:00-03:00", "2018-08-16", "2018-08-16T10:00:00", "x"]
)
def test_a_time_that_is_none_is_refused(at):
    assert "dhEmi" in refusal(re.sub(rb"<dhEmi>.*?<", f"<dhEmi>{at}<".encode(), ONE))


DECLARED_UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>'
HOSTILE = {
    "billion laughs": bomb().encode(),
    "in an attribute": bomb("", "&l9;").encode(),
    "in UTF-16": bomb(before=DECLARED_UTF_16).encode("utf-16"),
    "behind a long comment": bomb(before=f"<!--{' ' * 9000}-->").encode(),
    "quadratic": b'<!DOCTYPE a [<!ENTITY x "' + b"A" * 900_000 + b'">]><a>' + b"&x;" * 200_000 + b"</a>",
    "quadratic behind a comment": b"<!--" + b" " * 9000 + b'--><!DOCTYPE a [<!ENTITY x "' + b"A" * 900_000
    + b'">]><a>' + b"&x;" * 200_000 + b"</a>",
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    "external parameter entity": b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
    "external DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
    "deep": b"<a>" * 600_000,
    "50 MB": b"<a>" + b"x" * 50_000_000 + b"</a>",
    "wide": b"<a>" + b"<b/>" * 400_000 + b"</a>",
    "many attributes": ("<a " + " ".join(f'a{i}="1"' for i in range(150_000)) + "/>").encode(),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_quickly(kind):
    started = time.perf_counter()
    refusal(HOSTILE[kind])
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("kind", ["billion laughs", "in UTF-16", "external entity", "external DTD"])
def test_a_document_type_definition_is_the_reason_given(kind):
    assert "document type definition" in refusal(HOSTILE[kind])


@pytest.mark.parametrize("padding", [0, 9000])
def test_an_external_entity_in_a_real_invoice_is_never_read(tmp_path, padding):
    secret = tmp_path / "secret.txt"
    secret.write_text("12345")
    head = f'<!--{" " * padding}--><!DOCTYPE nfeProc [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    body = re.sub(
        rb"<xProd>.*?<", b"<xProd>&x;<", re.sub(rb"^.*?(?=<nfeProc)", b"", ONE, flags=re.DOTALL)
    )
    said = refusal(head.encode() + body)
    assert "document type definition" in said
    assert "12345" not in said


def test_the_size_limit_is_the_whole_file():
    fitting = ONE + b" " * (MAX_BYTES - len(ONE))
    assert read(fitting).key.text == ONE_KEY
    assert "2 MB" in refusal(fitting + b" ")


def test_the_xml_library_is_loaded_only_to_read():
    code = "import sys, desktop.fiscal.intake; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def either(data: bytes) -> None:
    try:
        assert isinstance(read(data), FiscalDocument)
    except UserError as error:
        assert str(error)


@given(st.binary(max_size=500) | st.text("<>/ab&;!?[]'\"= \n").map(str.encode))
@example(b"<?xml version='1.0' encoding='klingon'?><a/>")
@example(b"<?xml version='1.0' encoding='UTF-7'?><a/>")
@example(b"\xff\xfe<\x00")
@example(b"<a>\0</a>")
@example(b"<a:b/>")
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_document_or_a_sentence(data):
    either(data)


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_invoice_gives_a_document_or_a_sentence(data):
    start = data.draw(st.integers(0, len(ONE)))
    length = data.draw(st.integers(0, 40))
    either(ONE[:start] + data.draw(st.binary(max_size=10)) + ONE[start + length :])


LEAVES = sorted(set(re.findall(rb"<(\w+)>[^<]*</\1>", ONE)))


@given(st.sampled_from(LEAVES), st.text("0129.-+eE:TZ<>&/ é\u0663", max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_content_of_any_field_gives_a_document_or_a_sentence(name, text):
    pattern = b"<" + name + b">[^<]*<"
    either(re.sub(pattern, lambda _: b"<" + name + b">" + text.encode() + b"<", ONE))


@given(st.sampled_from(LEAVES))
@settings(deadline=None)
def test_a_missing_field_gives_a_document_or_a_sentence(name):
    either(re.sub(b"<" + name + b">[^<]*</" + name + b">", b"", ONE))
