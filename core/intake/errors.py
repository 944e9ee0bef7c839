"""Why a file is refused: a stable code, what is wrong, where, and what to do about it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

Worded = tuple[str | Promise, str | Promise]

MESSAGES: dict[str, Worded] = {
    "file_size": (_("文件超过 {limit} MB"), _("请拆分为几个文件，或删除图片后重新上传")),
    "empty": (_("文件是空的"), _("请确认选对了文件，并且已经保存")),
    "no_rows": (_("表中没有可导入的数据行"), _("请在表头下面填写数据后重新上传")),
    "suffix": (
        _("不支持扩展名为“{suffix}”的文件"),
        _("请另存为 .xlsx、.xls 或 .csv 文件后重新上传"),
    ),
    "not_a_workbook": (_("压缩包里不是电子表格"), _("请先解压，再上传其中的 .xlsx 文件")),
    "nested_zip": (_("文件里还套着压缩包"), _("请解压后只上传表格文件本身")),
    "other_office_file": (
        _("这是另一种办公文件，不是 Excel 工作簿"),
        _("请用表格软件打开并另存为 .xlsx 后重新上传"),
    ),
    "html_table": (
        _("文件内容是网页，只是扩展名像表格"),
        _("请用表格软件打开并另存为 .xlsx 后重新上传"),
    ),
    "not_a_table": (_("文件内容不是表格"), _("请确认选对了文件；支持 .xlsx、.xls 和 .csv")),
    "encoding": (_("无法识别文字编码"), _("请另存为 .xlsx，或存为 UTF-8 编码的 CSV")),
    "csv_broken": (
        _("CSV 结构有误，例如引号没有成对"),
        _("请检查该行的引号，或另存为 .xlsx 后重新上传"),
    ),
    "encrypted": (_("工作簿设有打开密码"), _("请取消密码保护并另存后重新上传")),
    "damaged": (_("文件已损坏，无法读取"), _("请用表格软件打开，另存为新文件后重新上传")),
    "zip_entries": (
        _("工作簿内部文件超过 {limit} 个"),
        _("请把数据复制到一个新的工作簿中再上传"),
    ),
    "zip_bomb": (
        _("工作簿解压后体积异常"),
        _("请把数据（只粘贴数值）复制到一个新的工作簿中再上传"),
    ),
    "zip_lies": (_("工作簿内部记录的大小与内容不符"), _("请用表格软件打开，另存为新文件后重新上传")),
    "xml_dtd": (
        _("工作簿中含有不允许的外部引用声明"),
        _("请把数据复制到一个新的工作簿中再上传"),
    ),
    "rows": (_("数据超过 {limit} 行"), _("请拆分为几个文件分别导入")),
    "columns": (_("表格超过 {limit} 列"), _("请删除数据右侧多余的列后重新上传")),
    "stray_cell": (
        _("第 {row} 行有一个远离数据的单元格"),
        _("请删除数据下方多余的行，保存后重新上传"),
    ),
    "text_volume": (_("表格文字总量过大"), _("请拆分为几个文件分别导入")),
    "memory": (_("读取该文件需要的内存超出限制"), _("请把数据复制到一个新的工作簿中，或拆分后再上传")),
    "time": (_("读取该文件用时过长"), _("请把数据复制到一个新的工作簿中，或拆分后再上传")),
    "reader": (_("读取程序意外中止"), _("请另存为新文件后重试；仍不成功请联系管理员")),
    "no_header": (
        _("前 {limit} 行中没有找到表头"),
        _("请下载模板对照列名，或在下一步手工指定各列"),
    ),
    "missing_columns": (
        _("缺少必填列：{columns}"),
        _("请补上这些列，或在下一步手工指定对应的列"),
    ),
}


class IntakeError(DomainError):
    """A file or table that cannot be imported; shown with place, reason and remedy."""

    code = "intake"
    status = 422

    def __init__(self, code: str, *, place: str = "", **fields: Any) -> None:
        message, remedy = MESSAGES[code]
        self.place = place
        self.fields = fields
        self.reason = str(message).format(**fields) if fields else str(message)
        self.remedy = str(remedy)
        super().__init__(self._sentence(), code=code)

    def _sentence(self) -> str:
        sentence = str(_("{reason}。{remedy}。")).format(reason=self.reason, remedy=self.remedy)
        return _("{name}：{text}").format(name=self.place, text=sentence) if self.place else sentence
