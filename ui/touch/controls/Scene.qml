import QtQuick

// A drawing in its own coordinates, fitted into whatever room it gets.
Item {
    id: scene

    property real boxWidth: 400
    property real boxHeight: 300
    default property alias pieces: box.data

    implicitWidth: boxWidth
    implicitHeight: boxHeight

    Accessible.ignored: true

    Item {
        id: box
        width: scene.boxWidth
        height: scene.boxHeight
        anchors.centerIn: parent
        scale: Math.min(scene.width / scene.boxWidth, scene.height / scene.boxHeight)
    }
}
