import QtQuick
import QtQuick.Shapes

// One shape of a drawing, as an SVG path in the drawing's own coordinates.
Shape {
    id: piece

    property string d
    property color fill: "transparent"
    property color line: "transparent"
    property real thickness: 3

    preferredRendererType: Shape.CurveRenderer

    ShapePath {
        fillColor: piece.fill
        strokeColor: piece.line
        strokeWidth: piece.line.a > 0 ? piece.thickness : -1
        capStyle: ShapePath.RoundCap
        joinStyle: ShapePath.RoundJoin
        PathSvg { path: piece.d }
    }
}
