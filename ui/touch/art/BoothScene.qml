import ui.touch.controls
import ui.touch.theme

// Someone seated in the cabin, in front of a doctor on the screen.
Scene {
    boxWidth: 420
    boxHeight: 380

    Piece { d: "M20 350H400"; line: Theme.hair; thickness: 8 }
    // cabin
    Piece { d: "M46 350V54C46 36 58 24 76 24H344C362 24 374 36 374 54V350z"; fill: Theme.mist }
    Piece { d: "M46 350V54C46 36 58 24 76 24H344C362 24 374 36 374 54V350"; line: Theme.sea; thickness: 7 }
    Piece { d: "M74 50H346"; line: Theme.sky; thickness: 10 }
    // screen
    Piece { d: "M206 84H338C344 84 348 88 348 94V196C348 202 344 206 338 206H206C200 206 196 202 196 196V94C196 88 200 84 206 84z"; fill: Theme.card }
    Piece { d: "M206 84H338C344 84 348 88 348 94V196C348 202 344 206 338 206H206C200 206 196 202 196 196V94C196 88 200 84 206 84z"; line: Theme.rail; thickness: 6 }
    Piece { d: "M228 206C230 172 250 166 272 166S314 172 316 206z"; fill: Theme.sky }
    Piece { d: "M258 168L272 186L286 168L282 158H262z"; fill: Theme.card }
    Piece { d: "M248 130A24 25 0 1 0 296 130A24 25 0 1 0 248 130z"; fill: Theme.skin }
    Piece { d: "M246 132C244 100 260 98 272 98S300 100 298 132C294 116 286 114 272 116C258 118 250 118 246 132z"; fill: Theme.rail }
    Piece { d: "M264 144C268 149 276 149 280 144"; line: Theme.skinShade; thickness: 4 }
    Piece { d: "M252 170C250 190 262 196 264 198M292 170C294 182 290 188 288 192"; line: Theme.sea; thickness: 4 }
    Piece { d: "M272 206V236M240 238H304"; line: Theme.rail; thickness: 6 }
    // shelf with the clip
    Piece { d: "M196 268H374"; line: Theme.rail; thickness: 9 }
    Piece { d: "M226 244H262C268 244 270 248 270 254C270 260 268 264 262 264H226z"; fill: Theme.sea }
    // person, seen from the side
    Piece { d: "M76 262H168V282H76z"; fill: Theme.steel }
    Piece { d: "M90 282V350M154 282V350M80 262V178"; line: Theme.steel; thickness: 9 }
    Piece { d: "M94 262C88 222 90 184 122 176C148 174 158 194 160 222L162 262z"; fill: Theme.clay }
    Piece { d: "M112 246H176C192 246 196 256 196 268V338H168V282H112z"; fill: Theme.railDeep }
    Piece { d: "M166 336H204C210 336 212 342 212 350H166z"; fill: Theme.rail }
    Piece { d: "M136 204C150 232 176 240 214 246"; line: Theme.clay; thickness: 22 }
    Piece { d: "M208 244C216 240 226 244 230 250"; line: Theme.skin; thickness: 15 }
    Piece { d: "M116 164H142V186H116z"; fill: Theme.skinShade }
    Piece { d: "M106 140A27 28 0 1 0 160 140A27 28 0 1 0 106 140z"; fill: Theme.skin }
    Piece { d: "M104 150C92 120 108 106 130 106C150 104 164 118 158 130C146 122 138 128 132 136C128 150 120 156 104 150z"; fill: Theme.hair }
    Piece { d: "M104 150C92 120 108 106 130 106C150 104 164 118 158 130"; line: Theme.edge; thickness: 3 }
    Piece { d: "M148 138V141M144 154C148 157 152 157 155 155"; line: Theme.ink; thickness: 4 }
}
