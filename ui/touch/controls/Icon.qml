import QtQuick
import ui.touch.theme

// A small drawing on a grid of 48.
Item {
    id: icon

    property string name
    property real size: Theme.mm(10)
    property color ink: Theme.sea
    property color tint: Theme.mist
    property real thickness: 3

    readonly property var drawing: IconPaths.drawings[name] ?? IconPaths.drawings["other"]

    width: size
    height: size
    implicitWidth: size
    implicitHeight: size

    Item {
        width: 48
        height: 48
        scale: icon.size / 48
        transformOrigin: Item.TopLeft

        Piece {
            visible: icon.tint.a > 0 && d !== ""
            d: icon.drawing.fill ?? ""
            fill: icon.tint
        }
        Piece {
            d: icon.drawing.line ?? ""
            line: icon.ink
            thickness: icon.thickness
        }
        Piece {
            visible: d !== ""
            d: icon.drawing.dots ?? ""
            fill: icon.ink
        }
    }
}
