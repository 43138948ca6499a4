/** The fonts in which the map writes: the machine's own, as the rest of the screens. */

export const FONTS = ['PingFang SC', 'HarmonyOS Sans SC', 'MiSans', 'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'sans-serif']
