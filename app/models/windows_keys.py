"""Keys in the credential store of Windows, by its own calls: generic credentials of the signed-in person,
which Windows encrypts with what that person signs in with (DPAPI) and keeps on this PC alone."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes

from app.models.keys import Key, checked

if sys.platform == "win32":
    GENERIC = 1
    LOCAL_MACHINE = 2
    """Kept for this person's later sessions on this PC, never carried to another with a roaming profile."""
    NOT_FOUND = 1168

    class _Credential(ctypes.Structure):
        """CREDENTIALW of wincred.h."""

        _fields_ = (
            ("Flags", wintypes.DWORD),
            ("Type", wintypes.DWORD),
            ("TargetName", wintypes.LPWSTR),
            ("Comment", wintypes.LPWSTR),
            ("LastWritten", wintypes.FILETIME),
            ("CredentialBlobSize", wintypes.DWORD),
            ("CredentialBlob", ctypes.POINTER(ctypes.c_ubyte)),
            ("Persist", wintypes.DWORD),
            ("AttributeCount", wintypes.DWORD),
            ("Attributes", ctypes.c_void_p),
            ("TargetAlias", wintypes.LPWSTR),
            ("UserName", wintypes.LPWSTR),
        )

    _advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    _advapi.CredWriteW.argtypes = (ctypes.POINTER(_Credential), wintypes.DWORD)
    _advapi.CredWriteW.restype = wintypes.BOOL
    _advapi.CredReadW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.POINTER(ctypes.POINTER(_Credential)),
    )
    _advapi.CredReadW.restype = wintypes.BOOL
    _advapi.CredDeleteW.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD)
    _advapi.CredDeleteW.restype = wintypes.BOOL
    _advapi.CredFree.argtypes = (ctypes.c_void_p,)
    _advapi.CredFree.restype = None

    class WindowsKeys:
        """See `app.models.keys.Keys`."""

        def keep(self, key: Key) -> None:
            """See `Keys.keep`."""
            blob = (ctypes.c_ubyte * len(key.value)).from_buffer_copy(key.value)
            credential = _Credential(
                Type=GENERIC,
                TargetName=_target(key.mark),
                Comment="Đầu Mối",
                CredentialBlobSize=len(key.value),
                CredentialBlob=ctypes.cast(blob, ctypes.POINTER(ctypes.c_ubyte)),
                Persist=LOCAL_MACHINE,
                UserName="daumoi",
            )
            if not _advapi.CredWriteW(ctypes.byref(credential), 0):
                raise ctypes.WinError(ctypes.get_last_error())

        def find(self, mark: str) -> Key | None:
            """See `Keys.find`."""
            found = ctypes.POINTER(_Credential)()
            if not _advapi.CredReadW(_target(mark), GENERIC, 0, ctypes.byref(found)):
                code = ctypes.get_last_error()
                if code == NOT_FOUND:
                    return None
                raise ctypes.WinError(code)
            try:
                held = found.contents
                return checked(ctypes.string_at(held.CredentialBlob, held.CredentialBlobSize), mark)
            finally:
                _advapi.CredFree(found)

        def forget(self, mark: str) -> None:
            """See `Keys.forget`."""
            if not _advapi.CredDeleteW(_target(mark), GENERIC, 0):
                code = ctypes.get_last_error()
                if code != NOT_FOUND:
                    raise ctypes.WinError(code)

    def _target(mark: str) -> str:
        return f"DauMoi:{mark}"
