import Measures
import Testing

@Suite struct PrintableTextTests {
    @Test(
        arguments: [
            ("", ""), ("shop-web-1", "shop-web-1"), ("Größe 大 🦊", "Größe 大 🦊"),
            ("a\nb\r\tc", #"a\nb\r\tc"#), ("\u{1B}[31m", #"\u{1B}[31m"#), ("\0", #"\u{0}"#),
            ("\u{7F}\u{80}\u{9B}\u{9F}\u{A0}", #"\u{7F}\u{80}\u{9B}\u{9F}"# + "\u{A0}"),
            ("\u{202E}abc\u{2066}", #"\u{202E}abc\u{2066}"#),
            ("a\u{200B}b\u{FEFF}c\u{AD}", #"a\u{200B}b\u{FEFF}c\u{AD}"#),
            ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#), (#"a\nb"#, #"a\nb"#),
        ])
    func terminalText(text: String, printable: String) {
        #expect(text.printable == printable)
        #expect(printable.printable == printable)
    }

    @Test(
        arguments: [
            (#"{"a": "ü🦊\u001b\n"}"#, #"{"a": "ü🦊\u001b\n"}"#), ("[\n]", "[\n]"),
            ("\"\u{7F}\u{80}\u{9F}\u{A0}\"", #""\u007f\u0080\u009f"# + "\u{A0}\""),
        ])
    func jsonText(text: String, harmless: String) {
        #expect(text.jsonWithoutControls == harmless)
    }
}
