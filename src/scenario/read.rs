//! Files into texts, with an eye on what no scenario holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What was found where a file was looked for.
#[derive(Debug)]
pub(crate) enum Found {
    /// Its text, without a byte order mark.
    Text(String),
    /// It is not text that could be read: what of it is text, what is wrong, and how to mend it.
    Unusable(String, String, &'static str),
    /// There is no such file.
    Nothing,
}

/// No honest row is longer \[bytes\].
const LONGEST_LINE: usize = 1 << 20;
/// Byte offsets are kept in four bytes.
const LARGEST_FILE: u64 = u32::MAX as u64 - 1;

/// Reads a text file without ever holding more of a monstrous one than a line.
pub(crate) fn read(path: &Path) -> io::Result<Found> {
    let kind = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        other => other?,
    };
    let unusable = |message: &str, hint| Ok(Found::Unusable(String::new(), message.into(), hint));
    if !kind.is_file() {
        return unusable("this is not a file", "a table is a plain file");
    }
    if kind.len() > LARGEST_FILE {
        return unusable("the file is larger than 4 GiB", "leave out the lanes and rows that do not matter");
    }
    let mut file = File::open(path)?;
    let (mut bytes, mut chunk, mut line_start) = (Vec::with_capacity(kind.len() as usize), vec![0; LONGEST_LINE], 0);
    loop {
        let read = match file.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if read == 0 {
            break;
        }
        let new = &chunk[..read];
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let first_end = bytes.len() + new.iter().position(is_break).unwrap_or(read);
        if first_end - line_start > LONGEST_LINE {
            bytes.truncate(line_start + 60);
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            return Ok(Found::Unusable(shown, "a line is longer than 1 MiB".into(), "is this a table of text?"));
        }
        if let Some(last) = new.iter().rposition(is_break) {
            line_start = bytes.len() + last + 1;
        }
        bytes.extend_from_slice(new);
        if bytes.len() as u64 > LARGEST_FILE {
            return unusable("the file is larger than 4 GiB", "leave out the lanes and rows that do not matter");
        }
    }
    Ok(decode(bytes))
}

fn decode(mut bytes: Vec<u8>) -> Found {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    match String::from_utf8(bytes) {
        Ok(text) => Found::Text(text),
        Err(error) => {
            let end = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            let message = format!("byte {:#04x} is not UTF-8 text", bytes.get(end).copied().unwrap_or_default());
            bytes.truncate(end);
            let mut text = String::from_utf8(bytes).unwrap_or_default();
            text.push(char::REPLACEMENT_CHARACTER);
            let hint = if wide { "the file is UTF-16: save it as UTF-8" } else { "save the file as UTF-8" };
            Found::Unusable(text, message, hint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("lanes.csv");
        let mut bytes = b"from,to\n".to_vec();
        bytes.resize(3 << 20, b'x');
        std::fs::write(&path, bytes).expect("the test writes");
        let Found::Unusable(text, message, _) = read(&path).expect("it can be read") else {
            panic!("it must be refused")
        };
        assert!(text.len() < 100 && message.contains("1 MiB"));
    }

    #[test]
    fn other_encodings_are_told_with_their_first_byte() {
        let Found::Unusable(text, message, _) = decode(b"a,b\nK\xF6ln,1".to_vec()) else { panic!("it is not UTF-8") };
        assert_eq!((text.as_str(), message.as_str()), ("a,b\nK\u{fffd}", "byte 0xf6 is not UTF-8 text"));
        assert!(matches!(decode(b"\xFF\xFEa\0".to_vec()), Found::Unusable(_, _, hint) if hint.contains("UTF-16")));
        assert!(matches!(decode(b"\xEF\xBB\xBFa".to_vec()), Found::Text(text) if text == "a"));
    }
}
