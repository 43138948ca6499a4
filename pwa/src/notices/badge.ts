/* How many I have not read, outside the page: on the app's icon where the system draws one, and in the title of the tab. */

export function showBadge(count: number, name: string): void {
  document.title = count ? `(${count}) ${name}` : name
  if (!('setAppBadge' in navigator)) return
  // Refused where the app is not installed: there is no icon then.
  void (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined)
}
