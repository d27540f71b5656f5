"""Convert names that the agency writes in capitals to normal case."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Postal codes that are no word or name; the others are codes at the end of a name alone ("LA", "OK").
_CODES = _words(
    "AK AR AZ CA DC FL GA IA IL KS KY MD MI MN MS NC ND NH NJ NM NV NY PA PR RI SC SD TN TX UT VA VT "
    "WA WI WV WY"
)
_CODES_AT_THE_END = _words("AL DE HI ID LA MA ME MO MT NE OH OK OR")
# Colorado or county, Indiana or "in" (names are cut off at a width), Connecticut or center.
_CODES_AFTER_A_COMMA = _words("CO CT IN")
# Acronyms with a vowel, and numerals; a word without a vowel is an acronym unless it is shortened.
_ACRONYMS = _words(
    "ACI ADC ADOC APSO AROCC ASP ASPC BOP CAP CCA CDC CI CLIPC DOC DRO EDNY EDTX ERO FCI GEO HOC IBO ICE IHP II "
    "III INS MCI MCSO MSCO NCCI NDNY NYC OISC OKC PADF SBAY SCI SDNY SFR SPC US USBOP USP WDNY YCF YTS"
)
_SHORTENED = _words(
    "CNT CNTR CNTY CR CRT CT CTR CTY DPT DR FT GR GRDN HGTS HTS JR MTN PCT RD RM SR ST SVCS TH TRTMNT "
    "WRSTR"
)
_SMALL = _words("AND AT DU FOR IN OF ON THE")
_WORD = re.compile(r"(?<![A-Za-zÀ-ÿ'])[A-ZÀ-Þ][A-ZÀ-Þ']*")


def _is_abbreviation(word: str, before: str, after: str) -> bool:
    """Whether a word is an abbreviation that stays in capitals, given its neighbours."""
    if len(word) == 1 or word in _CODES | _ACRONYMS:
        return True
    if not re.search("[A-Z]", after) and (
        word in _CODES_AT_THE_END
        or (word in _CODES_AFTER_A_COMMA and before.rstrip().endswith((",", "(")))
    ):
        return True
    return not re.search("[AEIOUY']", word) and word not in _SHORTENED | _CODES_AT_THE_END


def normal_case(name: str) -> str:
    """Convert a name in capitals to normal case; a name with small letters is unchanged.

    Letters are never changed but in their case; a shortened word stays short.

    >>> normal_case("EL PASO SPC, TX"), normal_case("MCHENRY CO. JAIL"), normal_case("FCI LA TUNA")
    ('El Paso SPC, TX', 'McHenry Co. Jail', 'FCI La Tuna')
    >>> normal_case("BATON ROUGE, LA"), normal_case("HOOD COUNTY SHERIFF'S DEPT.")
    ('Baton Rouge, LA', "Hood County Sheriff's Dept.")
    >>> normal_case("SUITES-CASA DE ALEGRÍA")
    'Suites-Casa De Alegría'
    """
    if re.search("[a-z]", name):
        return name

    def written(match: re.Match[str]) -> str:
        word = match[0]
        if match.start() and name[match.start() - 1].isdigit() and word in ("ST", "ND", "RD", "TH"):
            return word.lower()
        if _is_abbreviation(word, name[: match.start()], name[match.end() :]):
            return word
        if word in _SMALL and match.start() > 0 and match.end() < len(name):
            return word.lower()
        if word.startswith("MC") and len(word) > 3:
            return "Mc" + word[2:].capitalize()
        if word[1:2] == "'" and len(word) > 3:  # O'Brien
            return word[:2] + word[2:].capitalize()
        return word.capitalize()

    return _WORD.sub(written, name)
