import QtQuick
import ui.touch.theme

// Text that a screen reader, and a test, can find.
Text {
    id: words

    color: Theme.ink
    font.pixelSize: Theme.body
    lineHeight: 1.12
    wrapMode: Text.WordWrap
    textFormat: Text.PlainText

    Accessible.role: Accessible.StaticText
    Accessible.name: words.text
    Accessible.ignored: words.text.length === 0
}
