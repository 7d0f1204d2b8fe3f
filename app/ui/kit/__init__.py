'''What pages are built of. Import from the modules; this page says where things are.

==================  ==========================================================================================
`theme`             `Theme`, `Tone`, `theme()`, `px()`, `font()`, `apply(app, "dark", 125)`
`icons`             `icon(name, role)`, `draw(painter, …)`; the files are in resources/icons
`labels`            `Label`, `ElidedLabel` (one line that gives way), `Line`
`buttons`           `Button(text, act, key="F9", primary=…, danger=…, quiet=…, big=…, sign=…)`, `FilterChips`
`inputs`            `MoneyEdit`, `QuantityEdit`, `SearchEdit`, `NoteEdit`, `DateEdit`, `Check`, `BigNumber`
`dialog`            `Dialog`, `FormDialog`: asks before what was typed is lost
`act_dialog`        `ActDialog`: a few fields and one verb
`letters`           `LetterBox`, `choice(words)`: a box to choose from by letters
`keys`              `KeysDialog`: the keys of a page or a dialog, and those of everywhere (F1)
`forms`             `Form.add(name, label, editor, hint)`, `values`, `show_errors`, `is_dirty`
`tables`            `Column`, `WindowedTableModel(fetch, columns)`
`table_view`        `TableView(model, name)`
`pills`             `Pill`; in a table a `Column` with a `tone`
`inspector`         `Inspector.show_details(Details(…), acts)`; `Panel` for one of the page's own
`page`              `Page`, `State`
`room`              `Room`: what a page is handed; subjects add their services and queries
`prompt`            `Prompter`, `QtPrompter`: questions answered by a verb, beside the work
`toast`             `toast(widget, text, undo=…)`: what has just been done
`jobs`              `JobRunner.run`, `Latest` (as one types), `Lane`
`charts`            `Chart(ChartData(…), ChartKind.BARS)`
`flow`              `Flow`: a row that goes on in the next line
==================  ==========================================================================================

Rules. Nothing holds a colour or a size of its own: `theme()` while painting, `px()` for lengths, tones for
meaning. Nothing blocks: work goes through `JobRunner`, questions through the `Prompter` handed in. Every
editor stands in a `Form` or has an accessible name. Words go through `tr` and are made when the page is made:
the window makes its pages anew when the language changes.

A page::

    class RequestsPage(Page):
        """Open requests, by what is due first."""

        def __init__(self, queries: RequestQueries, services: RequestServices, jobs: JobRunner) -> None:
            super().__init__(tr("Requests"))
            self._queries, self._services, self._jobs = queries, services, jobs
            self._asked = Latest(jobs, self)
            self._filters = FilterChips([Filter("mine", tr("My work"))], tr("Filter"))
            self._filters.chosen.connect(lambda _key: self.opened())
            self.add_bar(self._filters)
            self.add_search()
            self.set_primary(tr("Take in"), self._take_in, "F2")
            model = WindowedTableModel(queries.rows, [
                Column(tr("Code"), lambda row: row.code, mono=True, width=150),
                Column(tr("Subject"), lambda row: row.subject, width=200, grow=2),
                Column(tr("Due"), lambda row: row.due, align=RIGHT, tone=lambda row: row.tone, sort="due"),
            ])
            self._list = TableView(model, tr("Requests"))
            self._list.set_empty(tr("No open request. Press F2 to take one in."))
            self._list.current_changed.connect(self._show)
            self.set_body(self._list)
            self._inspector = Inspector()
            self.set_inspector(self._inspector)

        def opened(self) -> None:
            key = self._filters.key()
            self._asked.run(lambda _job: self._queries.ids(key), done=self._list.set_ids)

        def show_record(self, record: object) -> bool:
            return self._list.choose(record)
'''
