; Every sentence of the setup, in the three languages: name, Vietnamese, English, Chinese.

; Puts a sentence into $Said, in the language that was chosen: as long as .onInit runs $(NAME) is still in that
; of Windows.
!macro TELL NAME
  ${If} $LANGUAGE == ${LANG_VIETNAMESE}
    StrCpy $Said "${${NAME}_VI}"
  ${ElseIf} $LANGUAGE == ${LANG_SIMPCHINESE}
    StrCpy $Said "${${NAME}_ZH}"
  ${Else}
    StrCpy $Said "${${NAME}_EN}"
  ${EndIf}
!macroend

!macro SAY NAME VI EN ZH
  !define ${NAME}_VI "${VI}"
  !define ${NAME}_EN "${EN}"
  !define ${NAME}_ZH "${ZH}"
  LangString ${NAME} ${LANG_VIETNAMESE} "${VI}"
  LangString ${NAME} ${LANG_ENGLISH} "${EN}"
  LangString ${NAME} ${LANG_SIMPCHINESE} "${ZH}"
!macroend

!insertmacro SAY W_TITLE "Cài đặt Đầu Mối ${VERSION}" "Đầu Mối ${VERSION} set-up" "安装 Đầu Mối ${VERSION}"
!insertmacro SAY W_TEXT \
  "Đầu Mối là chương trình của chi nhánh: khách hàng, chỉ số, hóa đơn, thu tiền và yêu cầu, có mạng hay không có mạng.$\r$\n$\r$\nDữ liệu đã có trên máy này được giữ nguyên. Nếu Đầu Mối đang mở, chương trình cài đặt sẽ xin đóng lại và chờ, không tắt ngang." \
  "Đầu Mối is the program of a district office: customers, indexes, bills, payments and requests, with or without a connection.$\r$\n$\r$\nThe data on this PC stays as it is. If Đầu Mối is open, it is asked to close and waited for; it is never cut off." \
  "营业所的业务程序：客户、抄表、账单、收费与诉求，联网或断网均可使用。$\r$\n$\r$\n本机已有的数据保持不变。若 Đầu Mối 正在运行，安装程序会请它关闭并等待，绝不强行结束。"
!insertmacro SAY W_WHO "Cài Đầu Mối cho ai dùng?" "Who is to use Đầu Mối on this PC?" "本机由谁使用 Đầu Mối？"
!insertmacro SAY W_ALL \
  "Mọi người dùng máy này (cần quyền quản trị)" \
  "Everybody who uses this PC (takes administrator's rights)" \
  "使用本机的所有人（需要管理员权限）"
!insertmacro SAY W_ONE "Chỉ mình tôi" "Only me" "仅限本人"
!insertmacro SAY W_CLOSING "Chờ Đầu Mối đóng lại" "Waiting for Đầu Mối to close" "等待 Đầu Mối 关闭"
!insertmacro SAY W_COPYING "Chép chương trình" "Copying the program" "复制程序文件"
!insertmacro SAY W_CHECKING "Kiểm tra dữ liệu" "Checking the data" "检查数据"
!insertmacro SAY W_CHANGING "Đưa phiên bản mới vào dùng" "Putting the new version in its place" "启用新版本"
!insertmacro SAY W_REMOVING "Gỡ chương trình" "Removing the program" "移除程序"
!insertmacro SAY W_OPEN \
  "Đầu Mối còn đang mở. Xin lưu việc đang làm, đóng Đầu Mối lại, rồi bấm Thử lại." \
  "Đầu Mối is still open. Save what is being worked on, close Đầu Mối, then press Retry." \
  "Đầu Mối 仍在运行。请保存手头的工作并关闭 Đầu Mối，然后按“重试”。"
!insertmacro SAY W_NEWER \
  "Dữ liệu trên máy này do một phiên bản mới hơn của Đầu Mối ghi, bản ${VERSION} không đọc được. Không có gì bị thay đổi. Xin cài phiên bản mới hơn." \
  "The data on this PC was written by a newer version of Đầu Mối, which ${VERSION} cannot read. Nothing was changed. Install the newer version." \
  "本机数据由更新版本的 Đầu Mối 写入，${VERSION} 版无法读取。未作任何更改。请安装更新的版本。"
!insertmacro SAY W_NO_SPACE \
  "Không chép được chương trình vào $INSTDIR. Xin kiểm tra dung lượng ổ đĩa và quyền ghi. Phiên bản đang dùng được giữ nguyên." \
  "The program could not be copied to $INSTDIR. Check the free space and the rights. The version in use stays as it is." \
  "无法将程序复制到 $INSTDIR。请检查磁盘空间和写入权限。现用版本保持不变。"
!insertmacro SAY W_NOT_STARTING \
  "Bản mới không khởi động được trên máy này, nên chưa được đưa vào dùng. Phiên bản đang dùng được giữ nguyên." \
  "The new version does not start on this PC, so it was not put in its place. The version in use stays as it is." \
  "新版本无法在本机启动，因此未启用。现用版本保持不变。"
!insertmacro SAY W_64 \
  "Đầu Mối cần Windows 10 hoặc 11, loại 64 bit." \
  "Đầu Mối needs Windows 10 or 11, 64 bit." \
  "Đầu Mối 需要 64 位的 Windows 10 或 11。"
!insertmacro SAY W_RIGHTS \
  "Cài cho mọi người dùng cần quyền quản trị. Xin chạy lại bằng tài khoản quản trị, hoặc dùng /CurrentUser." \
  "To install for all users takes administrator's rights. Run this as an administrator, or use /CurrentUser." \
  "为所有用户安装需要管理员权限。请以管理员身份运行，或使用 /CurrentUser。"
!insertmacro SAY W_FOR_ALL \
  "Đầu Mối trên máy này được cài cho mọi người dùng, nên thay phiên bản cần quyền quản trị. Xin nhờ người quản trị chạy bộ cài này. Phiên bản đang dùng được giữ nguyên." \
  "Đầu Mối is installed for everybody on this PC, so replacing it takes administrator's rights. Have an administrator run this set-up. The version in use stays as it is." \
  "本机的 Đầu Mối 是为所有人安装的，更换版本需要管理员权限。请由管理员运行此安装程序。现用版本保持不变。"
!insertmacro SAY W_ASK \
  "Đầu Mối trên máy này được cài cho mọi người dùng. Bấm OK, Windows sẽ hỏi tài khoản của người quản trị; Đầu Mối đang mở sẽ được xin đóng lại trước đó." \
  "Đầu Mối is installed for everybody on this PC. After OK, Windows asks for an administrator's account; a Đầu Mối that is open is asked to close before that." \
  "本机的 Đầu Mối 是为所有人安装的。按“确定”后，Windows 会要求输入管理员帐户；在此之前会请正在运行的 Đầu Mối 关闭。"
!insertmacro SAY W_FOR_ALL_REMOVE \
  "Đầu Mối trên máy này được cài cho mọi người dùng, nên gỡ ra cần quyền quản trị. Xin nhờ người quản trị. Không có gì bị thay đổi." \
  "Đầu Mối is installed for everybody on this PC, so removing it takes administrator's rights. Ask an administrator. Nothing was changed." \
  "本机的 Đầu Mối 是为所有人安装的，移除需要管理员权限。请联系管理员。未作任何更改。"
!insertmacro SAY W_DONE "Đầu Mối ${VERSION} đã sẵn sàng" "Đầu Mối ${VERSION} is ready" "Đầu Mối ${VERSION} 已就绪"
!insertmacro SAY W_DONE_TEXT \
  "Mở Đầu Mối từ màn hình hoặc từ menu Start. Lần mở đầu tiên sẽ hỏi chi nhánh của máy này." \
  "Open Đầu Mối from the desktop or the Start menu. Its first start asks which office this PC belongs to." \
  "可从桌面或“开始”菜单打开 Đầu Mối。首次启动时会询问本机所属的营业所。"
!insertmacro SAY W_RUN "Mở Đầu Mối" "Open Đầu Mối" "打开 Đầu Mối"
!insertmacro SAY W_KIND_BUNDLE "Tệp trao đổi của Đầu Mối" "Đầu Mối exchange file" "Đầu Mối 交换文件"
!insertmacro SAY W_KIND_ENROLMENT "Giấy ghi danh máy của Đầu Mối" "Đầu Mối enrolment" "Đầu Mối 注册文件"
!insertmacro SAY W_KIND_KEY "Khóa dữ liệu của Đầu Mối" "Đầu Mối key of the data" "Đầu Mối 数据密钥"
!insertmacro SAY W_KIND_START "Tệp khởi đầu quầy của Đầu Mối" "Đầu Mối desk start" "Đầu Mối 终端启动文件"
!insertmacro SAY W_KIND_UPDATE "Bản cập nhật Đầu Mối" "Đầu Mối update" "Đầu Mối 更新文件"
!insertmacro SAY W_DATA_TITLE "Dữ liệu ở lại" "The data stays" "数据保留"
!insertmacro SAY W_DATA_SUB "Gỡ chương trình không xóa dữ liệu." "Removing the program does not delete the data." "移除程序不会删除数据。"
!insertmacro SAY W_DATA_TEXT \
  "Khách hàng, hóa đơn, biên lai và những gì chưa gửi về công ty nằm ở thư mục sau và được giữ nguyên. Cài lại Đầu Mối là dùng tiếp được ngay." \
  "Customers, bills, receipts and what is not sent to the head office yet lie in the following folder and stay there. Install Đầu Mối again and the work goes on." \
  "客户、账单、收据以及尚未上传总部的内容位于以下文件夹，将予以保留。重新安装 Đầu Mối 后即可继续使用。"
!insertmacro SAY W_DATA_DELETE \
  "Xóa cả dữ liệu này. Những gì chưa gửi về công ty sẽ mất, không lấy lại được." \
  "Delete this data too. What is not sent to the head office yet is lost for good." \
  "同时删除这些数据。尚未上传总部的内容将永久丢失。"
!insertmacro SAY W_DATA_KEPT "Dữ liệu được giữ ở $DataFolder" "The data is kept in $DataFolder" "数据保留在 $DataFolder"
!insertmacro SAY W_DATA_GONE "Đã xóa dữ liệu ở $DataFolder" "The data in $DataFolder was deleted" "已删除 $DataFolder 中的数据"
