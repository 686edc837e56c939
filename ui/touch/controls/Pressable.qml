import QtQuick
import QtQuick.Templates as T
import ui.touch.theme

// What every button shares: size of a finger, focus ring, Enter beside Space.
T.Button {
    id: pressable

    property real ringRadius: Theme.radius

    implicitWidth: Math.max(Theme.target, contentItem ? contentItem.implicitWidth + leftPadding + rightPadding : 0)
    implicitHeight: Math.max(Theme.target, contentItem ? contentItem.implicitHeight + topPadding + bottomPadding : 0)
    focusPolicy: Qt.StrongFocus
    font.pixelSize: Theme.body

    Keys.onReturnPressed: pressable.click()
    Keys.onEnterPressed: pressable.click()

    Accessible.name: pressable.text

    Rectangle {
        anchors.fill: parent
        anchors.margins: -Theme.mm(0.9)
        z: 10
        visible: pressable.visualFocus
        color: "transparent"
        radius: pressable.ringRadius + Theme.mm(0.9)
        border.color: Theme.sun
        border.width: Theme.mm(0.8)
    }
}
