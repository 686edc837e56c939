import QtQuick
import ui.touch.theme

Rectangle {
    radius: Theme.radius
    color: Theme.card
    border.color: Theme.hair
    border.width: 1
}
