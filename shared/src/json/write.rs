//! Writing JSON, without blanks, as serde writes it.

/// A text of JSON that is being written.
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
}

impl Writer {
    /// What was written.
    pub fn into_text(self) -> String {
        self.out
    }

    /// A value that is written as it stands: digits, `true`, `false` or `null`.
    pub fn plain(&mut self, value: &str) {
        self.out.push_str(value);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.out.push('"');
        for sign in text.chars() {
            let escape = match sign {
                '"' => '"',
                '\\' => '\\',
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                '\t' => 't',
                '\0'..='\x1f' => {
                    self.out.push_str("\\u00");
                    for digit in [sign as u32 / 16, sign as u32 % 16] {
                        self.out.extend(char::from_digit(digit, 16));
                    }
                    continue;
                }
                _ => {
                    self.out.push(sign);
                    continue;
                }
            };
            self.out.push('\\');
            self.out.push(escape);
        }
        self.out.push('"');
    }

    /// Begins a list (`[`) or an object (`{`); ended by `end`.
    pub fn begin(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    /// Ends a list (`]`) or an object (`}`).
    pub fn end(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    /// Parts this item or field from the one before it, if there is one.
    pub fn next(&mut self) {
        // A bracket at the end is no text's: that would end with its quote.
        if !self.out.ends_with(['[', '{']) {
            self.out.push(',');
        }
    }

    /// Begins a field; its value follows.
    pub fn key(&mut self, key: &str) {
        self.next();
        self.text(key);
        self.out.push(':');
    }
}
