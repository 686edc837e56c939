pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Shapes
import ui.touch
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

// The curve and the numbers of the moment. Marked live: nothing of it is recorded.
Rectangle {
    id: plot

    required property LiveCurve curve

    radius: Theme.radius
    color: Theme.night

    Accessible.role: Accessible.Graphic
    Accessible.name: qsTr("Live curve of the pulse")

    Badge {
        id: badge
        x: Theme.mm(3)
        y: Theme.mm(3)
        text: qsTr("LIVE")
        symbol: "live"
        ink: Theme.foam
        inside: Theme.night
    }
    Item {
        id: box
        anchors { left: parent.left; top: badge.bottom; bottom: numbers.top; right: parent.right }
        anchors.margins: Theme.mm(3)
        clip: true
        Shape {
            anchors.fill: parent
            preferredRendererType: Shape.CurveRenderer
            visible: plot.curve.points.length > 1
            ShapePath {
                strokeColor: Theme.sun
                strokeWidth: Theme.mm(0.7)
                fillColor: "transparent"
                joinStyle: ShapePath.RoundJoin
                PathPolyline { path: plot.curve.points }
            }
        }
        Rectangle {
            // nothing arrives: a flat faint line, not a curve
            visible: plot.curve.points.length < 2
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width
            height: Theme.mm(0.5)
            color: Theme.steel
        }
        Binding { target: plot.curve; property: "width"; value: box.width }
        Binding { target: plot.curve; property: "height"; value: box.height }
    }
    Row {
        id: numbers
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        anchors.margins: Theme.mm(3)
        height: Theme.mm(20.5)
        Repeater {
            model: 2
            Column {
                id: number
                required property int index
                readonly property string value: index === 0 ? plot.curve.spo2 : plot.curve.pulse_rate
                width: numbers.width / 2
                Words {
                    width: parent.width
                    text: Codes.quantityShort(number.index === 0 ? "spo2" : "pulse_rate")
                    color: Theme.foam
                    font.pixelSize: Theme.small
                    lineHeight: 1
                    wrapMode: Text.NoWrap
                }
                Words {
                    width: parent.width
                    text: number.value === "" ? "–" : number.index === 0 ? number.value + "\u202f%" : number.value
                    color: Theme.white
                    font.pixelSize: Theme.title
                    font.bold: true
                    lineHeight: 1
                    wrapMode: Text.NoWrap
                }
            }
        }
    }
}
