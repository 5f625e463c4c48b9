//! The texts that were read, and where in them a thing stands.
//!
//! Each file's text is kept once; a field is a byte range in it. Line and column are computed from the byte offset only
//! when something is shown: counting lines while reading goes wrong on `\r\n`, blank lines and quoted line breaks.

use std::sync::OnceLock;

/// A byte range of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub source: u16,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// A source as a whole: nothing in particular in it.
    pub const fn whole(source: u16) -> Self {
        Self { source, start: 0, end: u32::MAX }
    }
}

/// A field of a table: eight bytes that say where its text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub source: u16,
    pub length: u16,
    pub start: u32,
}

impl Cell {
    /// A field that its row does not have; the row's fault has been told.
    pub const ABSENT: Self = Self { source: u16::MAX, length: 0, start: 0 };

    /// Does nothing stand here?
    pub const fn is_blank(self) -> bool {
        self.length == 0
    }

    /// An empty field at the same place.
    pub const fn blanked(self) -> Self {
        Self { length: 0, ..self }
    }
}

/// One text that was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its file, relative to the scenario's folder.
    pub name: String,
    /// Its text, without a byte order mark.
    pub text: String,
    /// Is it made of cells? A place in it is then told by row and column of its cell.
    cells: bool,
    /// Where each line starts, found when first asked for.
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// The number of the line, from 1, that a byte offset is in.
    fn line(&self, offset: usize) -> usize {
        let starts = self.line_starts.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let ends = bytes.iter().enumerate().filter(|&(at, byte)| match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            });
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        });
        starts.partition_point(|&start| start as usize <= offset)
    }
}

/// Every text that was read, in the order of reading, and the texts made on the way.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    list: Vec<Source>,
    /// Fields whose text stands nowhere as such: unescaped quotes, the values of changes.
    made: String,
    /// Where the made texts come from, in order of their start.
    made_from: Vec<(u32, Span)>,
}

/// The cells of made texts name this source.
const MADE: u16 = u16::MAX - 1;

impl Sources {
    /// Takes a text in.
    pub fn add(&mut self, name: String, text: String) -> u16 {
        self.put(name, text, false)
    }

    /// Takes a text in whose lines are rows of cells.
    pub fn add_cells(&mut self, name: String, text: String) -> u16 {
        self.put(name, text, true)
    }

    fn put(&mut self, name: String, text: String, cells: bool) -> u16 {
        self.list.push(Source { name, text, cells, line_starts: OnceLock::new() });
        u16::try_from(self.list.len() - 1).expect("a chain of bases is short and a folder has a dozen files")
    }

    /// The name of a source.
    pub fn name(&self, source: u16) -> &str {
        self.list.get(usize::from(source)).map_or("", |source| source.name.as_str())
    }

    /// The text of a source.
    pub fn whole_text(&self, source: u16) -> &str {
        self.list.get(usize::from(source)).map_or("", |source| source.text.as_str())
    }

    /// Takes the text of a source away for a while, so that it can be read while texts are made.
    pub fn lend(&mut self, source: u16) -> String {
        self.list.get_mut(usize::from(source)).map(|source| std::mem::take(&mut source.text)).unwrap_or_default()
    }

    /// Gives the text of a source back.
    pub fn give_back(&mut self, source: u16, text: String) {
        if let Some(place) = self.list.get_mut(usize::from(source)) {
            place.text = text;
        }
    }

    /// A field with a text of its own that comes from a place; `None` when there are too many of them, or it is too long.
    pub fn make(&mut self, text: &str, from: Span) -> Option<Cell> {
        let start = u32::try_from(self.made.len()).ok()?;
        let length = u16::try_from(text.len()).ok()?;
        u32::try_from(self.made.len() + text.len()).ok()?;
        self.made.push_str(text);
        self.made_from.push((start, from));
        Some(Cell { source: MADE, length, start })
    }

    /// The text of a field.
    pub fn text(&self, cell: Cell) -> &str {
        let (start, end) = (cell.start as usize, cell.start as usize + usize::from(cell.length));
        match cell.source {
            MADE => self.made.get(start..end).unwrap_or(""),
            source => self.list.get(usize::from(source)).and_then(|source| source.text.get(start..end)).unwrap_or(""),
        }
    }

    /// Where a field stands; a made one stands where it comes from.
    pub fn span(&self, cell: Cell) -> Span {
        if cell.source == MADE {
            let next = self.made_from.partition_point(|&(start, _)| start <= cell.start);
            return self.made_from[next.saturating_sub(1)].1;
        }
        Span { source: cell.source, start: cell.start, end: cell.start + u32::from(cell.length) }
    }

    /// Where a span stands, in a reader's terms.
    pub fn origin(&self, span: Span) -> Origin {
        let Some(source) = self.list.get(usize::from(span.source)) else { return Origin::default() };
        if span == Span::whole(span.source) {
            return Origin { file: source.name.clone(), ..Origin::default() };
        }
        let text = source.text.as_str();
        let start = floor_boundary(text, span.start as usize);
        let end = floor_boundary(text, span.end as usize).max(start);
        let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
        let column = text[line_start..start].chars().count();
        let length = text[start..end.min(line_end)].chars().count();
        let mut origin = Origin {
            file: source.name.clone(),
            line: source.line(start),
            column: column + 1,
            length,
            ..Origin::default()
        };
        origin.excerpt(&text[line_start..line_end]);
        if source.cells {
            origin.column = commas(&text[line_start..start]) + 1;
        }
        origin
    }
}

/// The fields that end before the end of a text, within quotes none.
fn commas(text: &str) -> usize {
    let mut quoted = false;
    let ends = text.chars().filter(|letter| {
        quoted ^= *letter == '"';
        *letter == ',' && !quoted
    });
    ends.count()
}

/// The greatest character boundary not past a byte offset.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Where in the input something stands, for a reader: file, line, column and the line itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The file, relative to the scenario's folder; `--set` for a setting of the command line.
    pub file: String,
    /// The line, from 1; 0: the file as a whole.
    pub line: usize,
    /// The column, from 1, counted in characters.
    pub column: usize,
    /// Length in characters; 0 where something is missing.
    pub length: usize,
    /// The line's text, cut where it is very long.
    pub text: String,
    /// Characters of `text` before the place.
    pub indent: usize,
}

impl Origin {
    /// Keeps of a line what a screen can show.
    fn excerpt(&mut self, line: &str) {
        const WIDTH: usize = 110;
        let column = self.column - 1;
        let first = if column + self.length.min(WIDTH / 2) > WIDTH { column.saturating_sub(WIDTH / 2) } else { 0 };
        let mut shown: String = if first > 0 { "…".into() } else { String::new() };
        self.indent = column - first + shown.chars().count();
        let mut rest = line.chars().skip(first);
        shown.extend(rest.by_ref().take(WIDTH).map(|c| if c.is_control() { ' ' } else { c }));
        if rest.next().is_some() {
            shown.push('…');
        }
        self.text = shown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin_of(text: &str, word: &str) -> (usize, usize, String) {
        let mut sources = Sources::default();
        let source = sources.add("a.csv".into(), text.into());
        let start = text.find(word).expect("the test's word stands in its text") as u32;
        let origin = sources.origin(Span { source, start, end: start + word.len() as u32 });
        (origin.line, origin.column, origin.text)
    }

    #[test]
    fn lines_and_columns_are_right_after_returns_blank_lines_quoted_breaks_and_accents() {
        assert_eq!(origin_of("a,b\r\n\r\nx,wrong\r\n", "wrong"), (3, 3, "x,wrong".into()));
        assert_eq!(origin_of("a,b\n\n\nx,wrong", "wrong"), (4, 3, "x,wrong".into()));
        assert_eq!(origin_of("a,b\rx,wrong\r", "wrong"), (2, 3, "x,wrong".into()));
        assert_eq!(origin_of("a\n\"two\nlines\",wrong\n", "wrong"), (3, 8, "lines\",wrong".into()));
        assert_eq!(origin_of("Łódź,wrong", "wrong"), (1, 6, "Łódź,wrong".into()));
    }

    #[test]
    fn a_very_long_line_is_shown_in_part() {
        let text = format!("{},wrong,{}", "x".repeat(500), "y".repeat(500));
        let (line, column, shown) = origin_of(&text, "wrong");
        assert_eq!((line, column), (1, 502));
        assert!(shown.contains("wrong") && shown.starts_with('…') && shown.ends_with('…'));
        assert!(shown.chars().count() < 120);
    }

    #[test]
    fn a_made_text_stands_where_it_comes_from() {
        let mut sources = Sources::default();
        let source = sources.add("scenario.toml".into(), "scale = 1.2".into());
        let from = Span { source, start: 8, end: 11 };
        let cell = sources.make("144", from).expect("one short text fits");
        assert_eq!((sources.text(cell), sources.span(cell)), ("144", from));
    }
}
