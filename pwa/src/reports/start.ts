/* How a report begins: the camera opens from the home screen, and what it brings is handed to the report screen here. */
export const filesFromHome: File[] = []
