import ui.touch.controls
import ui.touch.theme

// A bag, a coat and glasses: take your things.
Scene {
    boxWidth: 420
    boxHeight: 320

    Piece { d: "M10 300H410"; line: Theme.hair; thickness: 8 }
    // coat on its hook
    Piece { d: "M110 30H120M104 44C104 30 128 30 128 44"; line: Theme.rail; thickness: 7 }
    Piece { d: "M60 96C74 66 94 60 116 52C138 60 158 66 172 96L186 196H158V286H74V196H46z"; fill: Theme.clay }
    Piece { d: "M116 70V286M74 196V140M158 196V140M98 58L116 84L134 58"; line: Theme.skinShade; thickness: 6 }
    Piece { d: "M126 130V131M126 166V167M126 202V203"; line: Theme.card; thickness: 10 }
    // bag
    Piece { d: "M216 180H352C362 180 366 188 368 196L378 286C378 296 372 300 362 300H206C196 300 190 296 190 286L200 196C202 188 206 180 216 180z"; fill: Theme.sea }
    Piece { d: "M244 184V160C244 120 324 120 324 160V184"; line: Theme.seaDeep; thickness: 11 }
    Piece { d: "M198 222H372"; line: Theme.seaDeep; thickness: 7 }
    Piece { d: "M272 212H296V238H272z"; fill: Theme.sun }
    // glasses
    Piece { d: "M238 74A22 22 0 1 0 282 74A22 22 0 1 0 238 74zM304 74A22 22 0 1 0 348 74A22 22 0 1 0 304 74z"; fill: Theme.mist }
    Piece { d: "M238 74A22 22 0 1 0 282 74A22 22 0 1 0 238 74zM304 74A22 22 0 1 0 348 74A22 22 0 1 0 304 74zM282 70C288 62 298 62 304 70M238 70L226 62M348 70L360 62"; line: Theme.rail; thickness: 6 }
}
