//! A CSV text split into fields (RFC 4180), each with its byte range.
//!
//! The `csv` crate tells a record's offset but not a field's, and after blank lines not even that; so the split is made
//! here, and a test proves that it reads what that crate reads. Fields are separated by commas, records by `\n`, `\r\n`
//! or `\r`; blanks around a field fall away, and so do lines with nothing in them. A field in double quotes may hold
//! commas, line breaks and doubled quotes.

/// A field: its byte range without quotes and blanks around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub start: usize,
    pub end: usize,
    /// Does it hold doubled quotes that stand for one?
    pub doubled: bool,
}

/// What is wrong with a field's quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// The text ends before the closing quote.
    Unclosed(usize),
    /// Something stands between the closing quote and the comma.
    TextAfter(usize),
}

/// Reads the records of a text one after the other.
#[derive(Debug)]
pub(crate) struct Splitter<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Splitter<'a> {
    /// From the beginning of a text.
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The fields of the next record that is not blank; `None` at the end of the text.
    pub fn next(&mut self, fields: &mut Vec<Field>) -> Option<Result<(), Quoting>> {
        while self.at < self.text.len() {
            fields.clear();
            let trouble = self.record(fields);
            let blank = fields.iter().all(|field| field.start == field.end);
            if trouble.is_some() || !blank {
                return Some(trouble.map_or(Ok(()), Err));
            }
        }
        None
    }

    fn record(&mut self, fields: &mut Vec<Field>) -> Option<Quoting> {
        let bytes = self.text.as_bytes();
        let mut trouble = None;
        loop {
            let mut start = self.at;
            while matches!(bytes.get(start), Some(b' ' | b'\t')) {
                start += 1;
            }
            if bytes.get(start) == Some(&b'"') {
                trouble = self.quoted(start, fields).or(trouble);
            } else {
                let mut end = start;
                while end < bytes.len() && !matches!(bytes[end], b',' | b'\n' | b'\r') {
                    end += 1;
                }
                fields.push(self.trimmed(start, end, false));
                self.at = end;
            }
            match bytes.get(self.at) {
                Some(b',') => self.at += 1,
                Some(b'\r') => {
                    self.at += if bytes.get(self.at + 1) == Some(&b'\n') { 2 } else { 1 };
                    return trouble;
                }
                Some(_) => {
                    self.at += 1;
                    return trouble;
                }
                None => return trouble,
            }
        }
    }

    /// A field that begins with a quote at `open`.
    fn quoted(&mut self, open: usize, fields: &mut Vec<Field>) -> Option<Quoting> {
        let bytes = self.text.as_bytes();
        let (mut at, mut doubled) = (open + 1, false);
        let close = loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (None, _) => {
                    fields.push(Field { start: open, end: open, doubled: false });
                    self.at = at;
                    return Some(Quoting::Unclosed(open));
                }
                (Some(b'"'), Some(b'"')) => {
                    doubled = true;
                    at += 2;
                }
                (Some(b'"'), _) => break at,
                _ => at += 1,
            }
        };
        fields.push(self.trimmed(open + 1, close, doubled));
        let mut after = close + 1;
        while matches!(bytes.get(after), Some(b' ' | b'\t')) {
            after += 1;
        }
        self.at = after;
        if matches!(bytes.get(after), None | Some(b',' | b'\n' | b'\r')) {
            return None;
        }
        while !matches!(bytes.get(self.at), None | Some(b',' | b'\n' | b'\r')) {
            self.at += 1;
        }
        Some(Quoting::TextAfter(after))
    }

    fn trimmed(&self, start: usize, end: usize, doubled: bool) -> Field {
        // Nearly every field begins and ends with a letter or a digit of ASCII: nothing to trim.
        let bytes = self.text.as_bytes();
        if start < end && bytes[start].is_ascii_graphic() && bytes[end - 1].is_ascii_graphic() {
            return Field { start, end, doubled };
        }
        let text = &self.text[start..end];
        let front = text.len() - text.trim_start().len();
        let kept = text.trim().len();
        Field { start: start + front, end: start + front + kept, doubled }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<Vec<String>> {
        let (mut splitter, mut fields, mut rows) = (Splitter::new(text), Vec::new(), Vec::new());
        while splitter.next(&mut fields).is_some() {
            let read = |field: &Field| {
                let text = &text[field.start..field.end];
                if field.doubled { text.replace("\"\"", "\"") } else { text.to_string() }
            };
            rows.push(fields.iter().map(read).collect());
        }
        rows
    }

    #[test]
    fn quotes_hold_commas_line_breaks_and_doubled_quotes() {
        assert_eq!(
            split("a, b ,\"c,d\"\r\n\r\n , \n\"say \"\"hi\"\"\nthere\",,x"),
            [vec!["a", "b", "c,d"], vec!["say \"hi\"\nthere", "", "x"]]
        );
    }

    #[test]
    fn quotes_that_do_not_close_are_told_with_their_place() {
        let mut fields = Vec::new();
        assert_eq!(Splitter::new("a,\"b\nc").next(&mut fields), Some(Err(Quoting::Unclosed(2))));
        let mut splitter = Splitter::new("\"a\"b,c\nd");
        assert_eq!(splitter.next(&mut fields), Some(Err(Quoting::TextAfter(3))));
        assert_eq!(fields.len(), 2);
        assert_eq!(splitter.next(&mut fields), Some(Ok(())));
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_csv_crate_reads(
            rows in proptest::collection::vec(proptest::collection::vec("[a\",\n\r é]{0,4}", 1..4), 0..6)
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("writing to memory does not fail");
            }
            let text = String::from_utf8(writer.into_inner().expect("memory flushes")).expect("it was text");
            let reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .trim(csv::Trim::All)
                .from_reader(text.as_bytes())
                .into_records()
                .map(|record| record.expect("it was written well").iter().map(str::to_string).collect::<Vec<_>>())
                .filter(|record| record.iter().any(|field| !field.is_empty()))
                .collect::<Vec<_>>();
            prop_assert_eq!(split(&text), reader);
        }
    }
}
