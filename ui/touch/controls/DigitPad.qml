pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.theme

Grid {
    id: pad

    required property OnScreenKeys keys
    property int side: Theme.mm(21)

    signal typed(digit: string)
    signal erased

    columns: 3
    spacing: Theme.gap

    Repeater {
        model: ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
        Key {
            required property string modelData
            width: pad.side * 1.25
            height: pad.side
            text: modelData
            onClicked: pad.typed(modelData)
        }
    }
    Item {
        width: pad.side * 1.25
        height: pad.side
    }
    Key {
        width: pad.side * 1.25
        height: pad.side
        text: "0"
        onClicked: pad.typed("0")
    }
    Key {
        width: pad.side * 1.25
        height: pad.side
        strong: true
        symbol: "backspace"
        Accessible.name: qsTr("Erase")
        onClicked: pad.erased()
    }
}
