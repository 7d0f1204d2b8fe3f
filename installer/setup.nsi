; The setup of Đầu Mối for Windows 10 and 11. build.py hands it, as defines: VERSION, PROGRAM (the packaged
; folder), MANIFEST (the list of its files), ICON, OUT, COMMENTS (among its properties).
;
; The program is copied into a folder of its own beside the old one, tried, and put in its place by two renames:
; until then the old version stays as it was, whatever happens. What the old version had is removed by its own
; list, so that nothing of it is left and nothing else is touched. Data lies elsewhere and is never written.
;
; Exit codes: 0 done; 1 cancelled; 2 could not be done; 3 the data is of a newer version; 4 Đầu Mối is open.
; Where it is installed for all users, whoever has no administrator's rights replaces it with an administrator's
; consent (/ASKED is what the setup then tells itself), never by one of his own beside it.
; A silent setup puts its sentence into %TEMP%\Daumoi-Setup.txt; with /UPDATE it opens the program at its end.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetCompressorDictSize 32
ManifestDPIAware true
ManifestSupportedOS Win10

!define NAME "Đầu Mối"
!define FOLDER "DauMoi"
!define KEY "Software\DauMoi"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\DauMoi"

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR "${FOLDER}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${KEY}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "Folder"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${KEY}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "Folder"
!define MULTIUSER_INSTALLMODE_FUNCTION KeepChosenFolder

!include MultiUser.nsh
!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include TextFunc.nsh
!include WinVer.nsh
!include nsDialogs.nsh

Name "${NAME}"
OutFile "${OUT}"
BrandingText "${NAME} ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
SpaceTexts none

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
!macro PROPERTIES LANG WORDS
  VIAddVersionKey /LANG=${LANG} "ProductName" "${NAME}"
  VIAddVersionKey /LANG=${LANG} "CompanyName" "${NAME}"
  VIAddVersionKey /LANG=${LANG} "FileDescription" "${WORDS}"
  VIAddVersionKey /LANG=${LANG} "FileVersion" "${VERSION}"
  VIAddVersionKey /LANG=${LANG} "ProductVersion" "${VERSION}"
  VIAddVersionKey /LANG=${LANG} "LegalCopyright" "${NAME}"
  VIAddVersionKey /LANG=${LANG} "Comments" "${COMMENTS}"
!macroend

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEPAGE_TITLE "$(W_TITLE)"
!define MUI_WELCOMEPAGE_TEXT "$(W_TEXT)"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_FINISHPAGE_TITLE "$(W_DONE)"
!define MUI_FINISHPAGE_TEXT "$(W_DONE_TEXT)"
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "$(W_RUN)"
!define MUI_FINISHPAGE_RUN_FUNCTION OpenProgram

!define MULTIUSER_INSTALLMODEPAGE_TEXT_TOP "$(W_WHO)"
!define MULTIUSER_INSTALLMODEPAGE_TEXT_ALLUSERS "$(W_ALL)"
!define MULTIUSER_INSTALLMODEPAGE_TEXT_CURRENTUSER "$(W_ONE)"

!insertmacro MUI_PAGE_WELCOME
!define MULTIUSER_PAGE_CUSTOMFUNCTION_PRE SkipForWhom
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_INSTFILES
!define MUI_PAGE_CUSTOMFUNCTION_SHOW HideOpen
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.AskData un.TakeAnswer
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "Vietnamese"
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

Var ChosenFolder ; by /D=
Var Account ; "Admin", or what else the person is who runs this
Var Said ; a sentence, see TELL
Var Asked ; 1 where another setup has asked an administrator and waits for this one
Var DataFolder
Var DeleteData
Var Box

!include "words.nsh"
!insertmacro PROPERTIES ${LANG_VIETNAMESE} "Cài đặt ${NAME}"
!insertmacro PROPERTIES ${LANG_ENGLISH} "${NAME} set-up"
!insertmacro PROPERTIES ${LANG_SIMPCHINESE} "${NAME} 安装程序"

; ---- what both the setup and the uninstaller do ----

; Ends with a sentence: in a box, or in the file when nobody looks.
!macro REFUSE SENTENCE CODE
  SetErrorLevel ${CODE}
  ${If} ${Silent}
    Push "${SENTENCE}"
    Call ${UN}Note
    !if "${UN}" == ""
      Call OpenAgain
    !endif
  ${Else}
    MessageBox MB_OK|MB_ICONEXCLAMATION "${SENTENCE}"
  ${EndIf}
  Quit
!macroend

!macro COMMON UN
; Writes the sentence on the stack where a silent setup leaves its words.
Function ${UN}Note
  Exch $0
  Push $1
  FileOpen $1 "$TEMP\Daumoi-Setup.txt" w
  FileWriteUTF16LE /BOM $1 "$0"
  FileClose $1
  Pop $1
  Pop $0
FunctionEnd

; Vietnamese where Windows or the region is Vietnamese, Chinese where Windows is, else English; /LANG=1066,
; 1033, 2052 decides.
Function ${UN}ChooseLanguage
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LANG=" $1
  ${IfNot} ${Errors}
    StrCpy $LANGUAGE $1
    Return
  ${EndIf}
  System::Call "kernel32::GetUserDefaultLangID() i.r1" ; of the region's formats
  ${If} $1 = ${LANG_VIETNAMESE}
    StrCpy $LANGUAGE ${LANG_VIETNAMESE}
  ${ElseIf} $LANGUAGE <> ${LANG_VIETNAMESE}
  ${AndIf} $LANGUAGE <> ${LANG_SIMPCHINESE}
    StrCpy $LANGUAGE ${LANG_ENGLISH}
  ${EndIf}
FunctionEnd

; Removes from the folder on the stack what its list names, then the folders that are empty; without a list
; nothing. The list itself goes last, so that who is cut off begins again.
Function ${UN}RemoveListed
  Exch $0
  Push $1
  Push $2
  Push $3
  ${If} ${FileExists} "$0\installed.txt"
    FileOpen $1 "$0\installed.txt" r
    ${Do}
      ClearErrors
      FileRead $1 $2
      ${If} ${Errors}
        ${Break}
      ${EndIf}
      ${TrimNewLines} $2 $2
      StrCpy $3 $2 1 -1
      ${If} $3 == "\"
        RMDir "$0\$2"
      ${ElseIf} $2 != ""
        Delete "$0\$2"
      ${EndIf}
    ${Loop}
    FileClose $1
    Delete "$0\installed.txt"
    RMDir "$0"
  ${EndIf}
  Pop $3
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; Who runs this. With TRIAL, which no setup has that is given out, /ACCOUNT= says so instead.
Function ${UN}WhoIsThis
  UserInfo::GetAccountType
  Pop $Account
  !ifdef TRIAL
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/ACCOUNT=" $1
    ${IfNot} ${Errors}
      StrCpy $Account $1
    ${EndIf}
  !endif
FunctionEnd

; Asks an open Đầu Mối to close and waits; goes on when none is open.
Function ${UN}AskToClose
  ${IfNot} ${FileExists} "$INSTDIR\program\daumoi-cli.exe"
    Return
  ${EndIf}
  DetailPrint "$(W_CLOSING)"
  ${Do}
    nsExec::Exec '"$INSTDIR\program\daumoi-cli.exe" quit --wait 60'
    Pop $0
    ${If} $0 != 4
      Return ; closed, or of a kind that does not start or of 0.1.0: the rename finds out
    ${EndIf}
    !insertmacro TELL W_OPEN
    ${If} ${Silent}
      !insertmacro REFUSE "$Said" 4
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$Said" IDCANCEL`
      SetErrorLevel 4
      Quit
    ${EndIf}
  ${Loop}
FunctionEnd
!macroend

!define UN ""
!insertmacro COMMON ""
!undef UN
!define UN "un."
!insertmacro COMMON "un."
!undef UN

; ---- the setup ----

!define UN ""

Function .onInit
  SetRegView 64
  StrCpy $ChosenFolder $INSTDIR
  Call ChooseLanguage
  Delete "$TEMP\Daumoi-Setup.txt"
  ${IfNot} ${AtLeastWin10}
    !insertmacro TELL W_64
    !insertmacro REFUSE "$Said" 2
  ${EndIf}
  Call WhoIsThis
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ASKED" $1
  ${IfNot} ${Errors}
    StrCpy $Asked 1
  ${EndIf}
  ${If} $Account != "Admin"
    ; Before MultiUser.nsh, whose own box comes up in a silent setup too.
    ClearErrors
    ${GetOptions} $0 "/AllUsers" $1
    ${IfNot} ${Errors}
      !insertmacro TELL W_RIGHTS
      !insertmacro REFUSE "$Said" 2
    ${EndIf}
    ClearErrors
    ${GetOptions} $0 "/CurrentUser" $1
    ${If} ${Errors}
      Call AskAdministrator
    ${EndIf}
  ${EndIf}
  !insertmacro MULTIUSER_INIT
FunctionEnd

; Where the program is installed for all users, has an administrator agree and the setup run with his rights,
; and ends; else goes on. A second program beside it would work on the same data in another version.
Function AskAdministrator
  ReadRegStr $3 HKCU "${KEY}" "Folder"
  ReadRegStr $4 HKLM "${KEY}" "Folder"
  ${If} $3 != ""
  ${OrIf} $4 == ""
  ${OrIfNot} ${FileExists} "$4\program\daumoi.exe"
    Return
  ${EndIf}
  StrCpy $INSTDIR $4
  StrCpy $5 "/AllUsers /ASKED /LANG=$LANGUAGE"
  ${If} ${Silent}
    ClearErrors
    ${GetOptions} $0 "/UPDATE" $1
    ${If} ${Errors} ; nobody is there to be asked
      !insertmacro TELL W_FOR_ALL
      !insertmacro REFUSE "$Said" 2
    ${EndIf}
    StrCpy $5 "/S $5"
  ${Else}
    !insertmacro TELL W_ASK
    ${If} ${Cmd} `MessageBox MB_OKCANCEL|MB_ICONINFORMATION "$Said" IDCANCEL`
      SetErrorLevel 1
      Quit
    ${EndIf}
  ${EndIf}
  Call AskToClose ; here: an administrator with an account of his own does not reach this person's window
  ClearErrors
  ExecShellWait "runas" "$EXEPATH" "$5"
  ${If} ${Errors}
    !insertmacro TELL W_FOR_ALL
    !insertmacro REFUSE "$Said" 2
  ${EndIf}
  ReadRegStr $3 HKLM "${KEY}" "Version"
  ${If} $3 != "${VERSION}"
    Call OpenAgain
    SetErrorLevel 2
    Quit ; the one that was started has said why
  ${EndIf}
  SetErrorLevel 0
  ${If} ${Silent}
    Call OpenAgain
  ${Else}
    Call OpenProgram
  ${EndIf}
  Quit
FunctionEnd

; An administrator has agreed to the upgrade for all users: for whom is settled.
Function SkipForWhom
  ${If} $Asked == 1
    Abort
  ${EndIf}
FunctionEnd

; The one who waits opens the program, as the person at the PC; this one may run under another account.
Function HideOpen
  ${If} $Asked == 1
    SendMessage $mui.FinishPage.Run ${BM_SETCHECK} ${BST_UNCHECKED} 0
    ShowWindow $mui.FinishPage.Run ${SW_HIDE}
  ${EndIf}
FunctionEnd

; A folder given by /D= stays, whoever it is installed for.
Function KeepChosenFolder
  ${If} $ChosenFolder != ""
    StrCpy $INSTDIR $ChosenFolder
  ${EndIf}
FunctionEnd

Function OpenProgram
  ; By the shell of the person who is signed in, not with the rights of the setup.
  Exec '"$WINDIR\explorer.exe" "$INSTDIR\program\daumoi.exe"'
FunctionEnd

; After an update that the program itself has begun, whether it came about or not.
Function OpenAgain
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPDATE" $1
  ${IfNot} ${Errors}
  ${AndIf} ${FileExists} "$INSTDIR\program\daumoi.exe"
    Call OpenProgram
  ${EndIf}
FunctionEnd

Function .onInstSuccess
  Call OpenAgain
FunctionEnd

; Undoes the copy and ends.
!macro GIVE_UP SENTENCE CODE
  SetOutPath $INSTDIR
  Push "$INSTDIR\program.new"
  Call RemoveListed
  !insertmacro REFUSE "${SENTENCE}" ${CODE}
!macroend

Section "-program"
  SetRegView 64
  SetOverwrite on
  CreateDirectory $INSTDIR

  ; What an earlier setup left when it was cut off.
  ${IfNot} ${FileExists} "$INSTDIR\program\daumoi.exe"
  ${AndIf} ${FileExists} "$INSTDIR\program.old\daumoi.exe"
    Rename "$INSTDIR\program.old" "$INSTDIR\program"
  ${EndIf}
  Push "$INSTDIR\program.new"
  Call RemoveListed
  Push "$INSTDIR\program.old"
  Call RemoveListed

  DetailPrint "$(W_COPYING)"
  SetDetailsPrint none
  ClearErrors
  SetOutPath "$INSTDIR\program.new"
  File "/oname=installed.txt" "${MANIFEST}"
  File /r "${PROGRAM}\*"
  SetDetailsPrint lastused
  ${If} ${Errors}
    !insertmacro GIVE_UP "$(W_NO_SPACE)" 2
  ${EndIf}
  SetOutPath $INSTDIR

  DetailPrint "$(W_CHECKING)"
  nsExec::Exec '"$INSTDIR\program.new\daumoi-cli.exe" fits'
  Pop $0
  ${If} $0 == 3
    !insertmacro GIVE_UP "$(W_NEWER)" 3
  ${ElseIf} $0 != 0
    !insertmacro GIVE_UP "$(W_NOT_STARTING)" 2
  ${EndIf}

  Call AskToClose
  DetailPrint "$(W_CHANGING)"
  ${Do}
    ClearErrors
    ${If} ${FileExists} "$INSTDIR\program\*.*"
      Rename "$INSTDIR\program" "$INSTDIR\program.old"
    ${EndIf}
    ${IfNot} ${Errors}
      ${Break}
    ${EndIf}
    ${If} ${Silent}
      !insertmacro GIVE_UP "$(W_OPEN)" 4
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(W_OPEN)" IDCANCEL`
      !insertmacro GIVE_UP "$(W_OPEN)" 4
    ${EndIf}
  ${Loop}
  Rename "$INSTDIR\program.new" "$INSTDIR\program"
  ${If} ${Errors}
    Rename "$INSTDIR\program.old" "$INSTDIR\program"
    !insertmacro GIVE_UP "$(W_NO_SPACE)" 2
  ${EndIf}
  Push "$INSTDIR\program.old"
  Call RemoveListed

  SetOutPath "$INSTDIR\program" ; where shortcuts start in
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\program\daumoi.exe"
  CreateShortcut "$DESKTOP\${NAME}.lnk" "$INSTDIR\program\daumoi.exe"
  SetOutPath $INSTDIR

  !macro KIND SUFFIX CLASS WORDS
    WriteRegStr SHCTX "Software\Classes\${SUFFIX}" "" "${CLASS}"
    WriteRegStr SHCTX "Software\Classes\${CLASS}" "" "${WORDS}"
    WriteRegStr SHCTX "Software\Classes\${CLASS}\DefaultIcon" "" "$INSTDIR\program\daumoi.exe,0"
    WriteRegStr SHCTX "Software\Classes\${CLASS}\shell\open\command" "" '"$INSTDIR\program\daumoi.exe" "%1"'
  !macroend
  !insertmacro KIND ".daumoi-bundle" "DauMoi.Bundle" "$(W_KIND_BUNDLE)"
  !insertmacro KIND ".daumoi-enrolment" "DauMoi.Enrolment" "$(W_KIND_ENROLMENT)"
  !insertmacro KIND ".daumoi-key" "DauMoi.Key" "$(W_KIND_KEY)"
  !insertmacro KIND ".daumoi-start" "DauMoi.Start" "$(W_KIND_START)"
  !insertmacro KIND ".daumoi-update" "DauMoi.Update" "$(W_KIND_UPDATE)"
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"

  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr SHCTX "${KEY}" "Folder" "$INSTDIR"
  WriteRegStr SHCTX "${KEY}" "Version" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\program\daumoi.exe,0"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
SectionEnd

!undef UN

; ---- the uninstaller ----

!define UN "un."

Function un.onInit
  SetRegView 64
  Call un.ChooseLanguage
  Delete "$TEMP\Daumoi-Setup.txt"
  Call un.WhoIsThis
  ReadRegStr $0 HKLM "${KEY}" "Folder"
  ${If} $Account != "Admin"
  ${AndIf} $0 == $INSTDIR
    !insertmacro TELL W_FOR_ALL_REMOVE
    !insertmacro REFUSE "$Said" 2
  ${EndIf}
  !insertmacro MULTIUSER_UNINIT
  Push $MultiUser.InstallMode
  SetShellVarContext current
  StrCpy $DataFolder "$LOCALAPPDATA\${FOLDER}"
  Pop $0
  ${If} $0 == "AllUsers"
    SetShellVarContext all
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    StrCpy $DeleteData ${BST_CHECKED}
  ${EndIf}
FunctionEnd

Function un.AskData
  !insertmacro MUI_HEADER_TEXT "$(W_DATA_TITLE)" "$(W_DATA_SUB)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 36u "$(W_DATA_TEXT)"
  Pop $0
  ${NSD_CreateText} 0 42u 100% 14u "$DataFolder"
  Pop $0
  SendMessage $0 ${EM_SETREADONLY} 1 0
  ${NSD_CreateCheckBox} 0 70u 100% 24u "$(W_DATA_DELETE)"
  Pop $Box
  ${NSD_AddStyle} $Box ${BS_MULTILINE}
  nsDialogs::Show
FunctionEnd

Function un.TakeAnswer
  ${NSD_GetState} $Box $DeleteData
FunctionEnd

Section "Uninstall"
  SetRegView 64
  Call un.AskToClose
  DetailPrint "$(W_REMOVING)"
  ClearErrors
  ${If} ${FileExists} "$INSTDIR\program\*.*"
    Rename "$INSTDIR\program" "$INSTDIR\program.old"
    ${If} ${Errors}
      !insertmacro REFUSE "$(W_OPEN)" 4
    ${EndIf}
  ${EndIf}
  SetDetailsPrint none
  Push "$INSTDIR\program.old"
  Call un.RemoveListed
  Push "$INSTDIR\program.new"
  Call un.RemoveListed
  SetDetailsPrint lastused
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  !macro NO_KIND SUFFIX CLASS
    DeleteRegKey SHCTX "Software\Classes\${CLASS}"
    ReadRegStr $0 SHCTX "Software\Classes\${SUFFIX}" ""
    ${If} $0 == "${CLASS}"
      DeleteRegKey SHCTX "Software\Classes\${SUFFIX}"
    ${EndIf}
  !macroend
  !insertmacro NO_KIND ".daumoi-bundle" "DauMoi.Bundle"
  !insertmacro NO_KIND ".daumoi-enrolment" "DauMoi.Enrolment"
  !insertmacro NO_KIND ".daumoi-key" "DauMoi.Key"
  !insertmacro NO_KIND ".daumoi-start" "DauMoi.Start"
  !insertmacro NO_KIND ".daumoi-update" "DauMoi.Update"
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
  DeleteRegKey SHCTX "${UNINSTALL}"
  DeleteRegKey SHCTX "${KEY}"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath $TEMP
  RMDir "$INSTDIR"

  ${If} $DeleteData == ${BST_CHECKED}
    RMDir /r "$DataFolder"
    StrCpy $0 "$(W_DATA_GONE)"
  ${Else}
    StrCpy $0 "$(W_DATA_KEPT)"
  ${EndIf}
  DetailPrint $0
  ${If} ${Silent}
    Push $0
    Call un.Note
  ${EndIf}
SectionEnd
