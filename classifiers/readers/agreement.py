"""Do name, declared type and content of a part say the same? Harmless differences are none."""

from __future__ import annotations

from collections.abc import Set

_TEXT = frozenset({"text"})
_OFFICE = frozenset({"zip", "ole", "rtf", "xml", "text"})
_FAMILIES = {
    "application/pdf": "pdf", "application/xml": "xml", "application/zip": "zip", "text/rtf": "rtf",
    "application/vnd.openxmlformats": "zip", "application/x-ole-storage": "ole", "application/vnd.ms-outlook": "ole",
    "application/gzip": "packed", "application/x-bzip2": "packed", "application/x-tar": "packed",
    "application/x-xz": "packed", "application/x-7z-compressed": "packed", "application/x-rar": "packed",
    "message/rfc822": "mail", "application/mbox": "mail", "application/ms-tnef": "tnef",
    "application/pkcs7-mime": "cms", "application/pkcs7-signature": "cms", "application/x-msdownload": "program",
    "application/x-executable": "program",
}  # fmt: skip
"""Type by content → the family it belongs to; within a family nobody is misled."""
_BY_SUFFIX = {
    "pdf": {"pdf"}, "xml": {"xml"}, "svg": {"xml"}, "zip": {"zip"}, "docx": {"zip"}, "xlsx": {"zip"}, "pptx": {"zip"},
    "odt": {"zip"}, "ods": {"zip"}, "doc": _OFFICE, "xls": _OFFICE, "ppt": _OFFICE, "rtf": {"rtf", "text"},
    "msg": {"ole", "mail"}, "eml": {"mail"}, "mbox": {"mail"}, "gz": {"packed"}, "tgz": {"packed"},
    "bz2": {"packed"}, "tar": {"packed"}, "7z": {"packed"}, "rar": {"packed"}, "p7m": {"cms", "text"},
    "p7s": {"cms", "text"}, "txt": {"text", "xml", "mail"}, "csv": _TEXT, "ics": _TEXT, "vcf": _TEXT,
    "htm": {"text", "xml"}, "html": {"text", "xml"}, "exe": {"program"}, "dll": {"program"},
    "scr": {"program"}, "com": {"program"},
    **dict.fromkeys(("png", "jpg", "jpeg", "jpe", "gif", "tif", "tiff", "bmp", "webp", "heic"), {"image"}),
}  # fmt: skip
"""What a name promises. Word and Excel open old names with other content without a word; so do we."""
_BY_DECLARED = {
    "application/pdf": {"pdf"}, "application/x-pdf": {"pdf"}, "application/zip": {"zip"}, "application/xml": {"xml"},
    "application/x-zip-compressed": {"zip"}, "text/xml": {"xml"}, "application/msword": _OFFICE,
    "message/rfc822": {"mail"}, "application/ms-tnef": {"tnef"}, "application/rtf": {"rtf", "text"},
}  # fmt: skip
"""What a declared type promises. `text/…` promises nothing: every text is text, whatever more it is."""


def disagrees(found: str, *, declared: str, name: str | None) -> bool:
    """Does the name or the declared type promise something else than the content holds?"""
    if found == "application/x-empty":
        return False
    family = family_of(found)
    return any(family not in promise for promise in (_promise_of_name(name), _promise_of_type(declared)) if promise)


def family_of(media_type: str) -> str:
    """`pdf`, `xml`, `image`, `text` …; the type itself when it belongs to none."""
    if media_type in _FAMILIES:
        return _FAMILIES[media_type]
    main = media_type.partition("/")[0]
    return main if main in {"image", "text", "audio", "video"} else media_type


def _promise_of_name(name: str | None) -> Set[str] | None:
    suffix = (name or "").rpartition(".")[2].lower()
    return _BY_SUFFIX.get(suffix) if name and "." in name else None


def _promise_of_type(declared: str) -> Set[str] | None:
    if declared in _BY_DECLARED:
        return _BY_DECLARED[declared]
    if declared.endswith("+xml"):
        return {"xml"}
    if "openxmlformats" in declared or "opendocument" in declared:
        return {"zip"}
    return {"image"} if declared.startswith("image/") else None
