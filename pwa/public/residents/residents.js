/* The residents' form, made better where a script runs: finds the position, makes photos smaller, keeps what was typed until
   the server has it, and tries again by itself. Without it the page is a plain form. ES5 only: old WebViews parse it too. */
(function () {
  'use strict'

  var DRAFT = 'suozi.residents.report'
  var DRAFT_DAYS = 7
  var MOST_PHOTOS = 3
  var SIDE_PX = 1600
  var SMALL_BYTES = 700000
  var RETRY_S = [5, 10, 20, 40, 60]
  var FIELDS = ['words', 'where_words', 'village', 'name', 'phone', 'matter', 'where', 'lng', 'lat', 'accuracy_m']

  var WORDS = {
    zh: {
      locating: '正在取位置…',
      here: '我现在的位置（误差约 {m} 米）',
      at: '{place}（误差约 {m} 米）',
      no_place: '没有取到位置：请在手机里允许定位，或者选村（社区）并写明地点',
      shrinking: '正在处理照片…',
      too_many: '最多 3 张照片，多的没有加上',
      remove: '去掉',
      remove_one: '去掉第 {n} 张照片',
      photo: '第 {n} 张照片',
      sending: '正在发送…',
      percent: '正在发送，已传 {n}%',
      again: '没有发出去，内容已存在手机里，{s} 秒后自动再试。请不要关闭这一页。',
      kept: '上次没发出去的内容还在，照片请重新加上。'
    },
    en: {
      locating: 'Finding your position…',
      here: 'Where I am now (within about {m} m)',
      at: '{place} (within about {m} m)',
      no_place: 'Your position is not known: allow it, or choose a village and describe the place',
      shrinking: 'Preparing the photo…',
      too_many: 'At most 3 photos; the rest was left out',
      remove: 'Remove',
      remove_one: 'Remove photo {n}',
      photo: 'Photo {n}',
      sending: 'Sending…',
      percent: 'Sending, {n}% done',
      again: 'Not sent. It is kept on this phone and tried again in {s} s. Please leave this page open.',
      kept: 'What was not sent last time is still here; please add the photos again.'
    }
  }

  var root = document.documentElement
  var acknowledged = document.querySelector('[data-acknowledged]')
  if (acknowledged) forget(acknowledged.getAttribute('data-acknowledged'))

  var form = document.getElementById('report')
  if (!form || !window.FormData || !window.JSON || !form.querySelectorAll || !root.classList) return
  var language = form.getAttribute('data-language') === 'en' ? 'en' : 'zh'
  var photos = []
  var working = 0
  var sending = false
  var tries = 0
  var timer = null

  root.classList.add('script')
  restore()
  takePlace()
  // A form that came back with photos that the server has already is sent as it is.
  if (!form.querySelector('[name=kept]')) {
    takePhotos()
    form.addEventListener('submit', function (event) {
      event.preventDefault()
      tries = 0
      send()
    })
    window.addEventListener('online', function () {
      if (timer) send()
    })
  }
  form.addEventListener('input', edited)
  form.addEventListener('change', edited)

  function say(key, names) {
    var sentence = WORDS[language][key]
    for (var name in names || {}) sentence = sentence.replace('{' + name + '}', names[name])
    return sentence
  }

  function byId(id) {
    return document.getElementById(id)
  }

  function show(element, words) {
    element.hidden = !words
    var place = element.querySelector('p') || element
    place.textContent = words || ''
  }

  /* What was typed */

  function value(name) {
    var found = form.elements[name]
    if (!found) return ''
    if (found.tagName) return found.type === 'radio' ? (found.checked ? found.value : '') : found.value
    for (var i = 0; i < found.length; i++) if (found[i].checked) return found[i].value
    return ''
  }

  function put(name, wanted) {
    var found = form.elements[name]
    if (!found || wanted === undefined || wanted === '') return
    if (found.tagName && found.type !== 'radio') {
      found.value = wanted
      return
    }
    var all = found.tagName ? [found] : found
    for (var i = 0; i < all.length; i++) all[i].checked = all[i].value === wanted
  }

  /** What is being mended is no longer wrong; whether it is right now, the server says. */
  function edited(event) {
    keep()
    var name = event.target.name
    if (name !== 'photo' && name !== 'where') fault(name === 'village' ? 'where' : name, '')
  }

  function keep() {
    var draft = { id: value('id'), at: value('at'), county: value('county'), kept: new Date().getTime(), fields: {} }
    for (var i = 0; i < FIELDS.length; i++) draft.fields[FIELDS[i]] = value(FIELDS[i])
    try {
      localStorage.setItem(DRAFT, JSON.stringify(draft))
    } catch (e) {
      /* No room, or storage is forbidden: the page itself still has it. */
    }
  }

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(DRAFT))
    } catch (e) {
      return null
    }
  }

  function forget(id) {
    var draft = kept()
    if (draft && draft.id === id) localStorage.removeItem(DRAFT)
  }

  function restore() {
    var draft = kept()
    if (!draft || draft.county !== value('county') || draft.at !== value('at')) return
    if (new Date().getTime() - draft.kept > DRAFT_DAYS * 86400000) return
    if (!draft.fields || (!draft.fields.words && !draft.fields.where_words && !draft.fields.matter)) return
    // The same id: had it arrived after all, it would be one report and not two.
    put('id', draft.id)
    for (var i = 0; i < FIELDS.length; i++) put(FIELDS[i], draft.fields[FIELDS[i]])
    show(byId('sending'), say('kept'))
  }

  /* Where */

  function takePlace() {
    var choices = form.elements.where
    var all = choices.tagName ? [choices] : choices
    for (var i = 0; i < all.length; i++) all[i].addEventListener('change', placeChosen)
    showVillages()
    if (value('where') === 'here' && value('lng')) nameOfPlace()
  }

  function placeChosen() {
    showVillages()
    fault('where', '')
    if (value('where') === 'here') locate()
  }

  function showVillages() {
    byId('village-choice').hidden = value('where') !== 'village'
  }

  function locate() {
    var words = byId('here-words')
    if (!navigator.geolocation) {
      fault('where', say('no_place'))
      return
    }
    words.textContent = say('locating')
    navigator.geolocation.getCurrentPosition(
      function (found) {
        put('lng', String(found.coords.longitude))
        put('lat', String(found.coords.latitude))
        put('accuracy_m', String(Math.min(100000, Math.round(found.coords.accuracy || 0))))
        fault('where', '')
        words.textContent = say('here', { m: value('accuracy_m') })
        keep()
        nameOfPlace()
      },
      function () {
        words.textContent = say('no_place')
        fault('where', say('no_place'))
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 }
    )
  }

  function nameOfPlace() {
    var address = '/api/residents/place?lng=' + value('lng') + '&lat=' + value('lat') + '&county=' + value('county')
    ask('GET', address, null, function (status, answer) {
      if (status === 200) byId('here-words').textContent = say('at', { place: answer.village_name + ' ' + answer.grid_name, m: value('accuracy_m') })
      else if (status === 422) fault('where', answer.detail)
    })
  }

  /* Photos */

  function takePhotos() {
    var inputs = form.querySelectorAll('input[type=file]')
    for (var i = 0; i < inputs.length; i++) {
      inputs[i].addEventListener('change', chosen)
      inputs[i].addEventListener('focus', focused)
      inputs[i].addEventListener('blur', focused)
    }
  }

  function focused(event) {
    event.target.parentNode.classList[event.type === 'focus' ? 'add' : 'remove']('focus')
  }

  function chosen(event) {
    var files = event.target.files
    fault('photos', photos.length + working + files.length > MOST_PHOTOS ? say('too_many') : '')
    for (var i = 0; i < files.length && photos.length + working < MOST_PHOTOS; i++) take(files[i])
    event.target.value = ''
  }

  function take(file) {
    working++
    show(byId('sending'), say('shrinking'))
    shrink(file, function (blob) {
      working--
      photos.push({ blob: blob, address: window.URL && URL.createObjectURL ? URL.createObjectURL(blob) : '' })
      if (!working) show(byId('sending'), '')
      showPhotos()
    })
  }

  function showPhotos() {
    var list = byId('thumbs')
    while (list.firstChild) list.removeChild(list.firstChild)
    list.hidden = !photos.length
    for (var i = 0; i < photos.length; i++) list.appendChild(thumb(i))
  }

  function thumb(i) {
    var item = document.createElement('li')
    var picture = document.createElement('img')
    picture.alt = say('photo', { n: i + 1 })
    picture.src = photos[i].address
    picture.onerror = function () {
      // A format that this browser cannot show; the server reads it.
      var words = document.createElement('span')
      words.textContent = picture.alt
      item.replaceChild(words, picture)
    }
    var remove = document.createElement('button')
    remove.type = 'button'
    remove.textContent = say('remove')
    remove.setAttribute('aria-label', say('remove_one', { n: i + 1 }))
    remove.onclick = function () {
      photos.splice(i, 1)
      showPhotos()
    }
    item.appendChild(picture)
    item.appendChild(remove)
    return item
  }

  /** The photo at 1600 px as JPEG, or the file itself where that does not work or does not help. */
  function shrink(file, done) {
    if (!window.FileReader || !window.URL || !document.createElement('canvas').toBlob || file.size < SMALL_BYTES) return done(file)
    turned(file, function (orientation) {
      var picture = new Image()
      var address = URL.createObjectURL(file)
      picture.onerror = function () {
        URL.revokeObjectURL(address)
        done(file)
      }
      picture.onload = function () {
        URL.revokeObjectURL(address)
        drawn(picture, orientation, function (blob) {
          done(blob && blob.size < file.size ? blob : file)
        })
      }
      picture.src = address
    })
  }

  function drawn(picture, orientation, done) {
    var scale = Math.min(1, SIDE_PX / Math.max(picture.naturalWidth, picture.naturalHeight))
    var width = Math.round(picture.naturalWidth * scale)
    var height = Math.round(picture.naturalHeight * scale)
    var canvas = document.createElement('canvas')
    var onSide = orientation > 4
    canvas.width = onSide ? height : width
    canvas.height = onSide ? width : height
    var context = canvas.getContext('2d')
    if (!context) return done(null)
    if (orientation === 3) context.transform(-1, 0, 0, -1, width, height)
    if (orientation === 6) context.transform(0, 1, -1, 0, height, 0)
    if (orientation === 8) context.transform(0, -1, 1, 0, 0, width)
    context.drawImage(picture, 0, 0, width, height)
    canvas.toBlob(done, 'image/jpeg', 0.85)
  }

  /** How the camera held the picture (EXIF 3, 6 or 8), if this browser does not turn it by itself; otherwise 1. */
  function turned(file, done) {
    if (window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image')) return done(1)
    var reader = new FileReader()
    reader.onerror = function () {
      done(1)
    }
    reader.onload = function () {
      done(orientationOf(new DataView(reader.result)))
    }
    reader.readAsArrayBuffer(file.slice(0, 65536))
  }

  function orientationOf(view) {
    try {
      if (view.getUint16(0) !== 0xffd8) return 1
      for (var at = 2; at < view.byteLength - 4; at += 2 + view.getUint16(at + 2)) {
        if (view.getUint16(at) !== 0xffe1) continue
        var start = at + 10
        var little = view.getUint16(start) === 0x4949
        var entries = start + view.getUint32(start + 4, little)
        for (var i = view.getUint16(entries, little) - 1; i >= 0; i--) {
          if (view.getUint16(entries + 2 + i * 12, little) === 0x0112) return view.getUint16(entries + 10 + i * 12, little)
        }
        return 1
      }
    } catch (e) {
      /* Cut off, or no EXIF. */
    }
    return 1
  }

  /* Sending */

  function send() {
    if (sending || working) return
    clearTimeout(timer)
    timer = null
    clearFaults()
    keep()
    setSending(true)
    show(byId('sending'), say('sending'))
    ask('POST', form.getAttribute('action'), filled(), answered, function (share) {
      show(byId('sending'), say('percent', { n: Math.round(share * 100) }))
    })
  }

  /** The form as a browser would send it, with the photos that were made smaller. */
  function filled() {
    var body = new FormData()
    var names = FIELDS.concat(['id', 'county', 'at', 'website'])
    for (var i = 0; i < names.length; i++) body.append(names[i], value(names[i]))
    for (var n = 0; n < photos.length; n++) body.append('photo', photos[n].blob, 'photo-' + (n + 1) + '.jpg')
    return body
  }

  function answered(status, answer) {
    setSending(false)
    show(byId('sending'), '')
    if (answer && answer.follow_url && answer.id === value('id')) {
      forget(answer.id)
      window.location.href = answer.follow_url + '?sent=' + answer.id
    } else if (answer && answer.faults) {
      showFaults(answer.faults, answer.trouble)
    } else if (answer && answer.detail && status >= 400 && status < 500) {
      showFaults({}, answer.detail)
    } else {
      later()
    }
  }

  function later() {
    var wait = RETRY_S[Math.min(tries, RETRY_S.length - 1)]
    tries++
    show(byId('sending'), say('again', { s: wait }))
    timer = setTimeout(send, wait * 1000)
  }

  function setSending(on) {
    sending = on
    form.querySelector('button[type=submit]').disabled = on
  }

  function ask(method, address, body, done, progress) {
    var request = new XMLHttpRequest()
    request.open(method, address)
    request.setRequestHeader('Accept', 'application/json')
    request.timeout = 120000
    if (progress && request.upload) {
      request.upload.onprogress = function (event) {
        if (event.lengthComputable && event.loaded < event.total) progress(event.loaded / event.total)
      }
    }
    request.onloadend = function () {
      var answer = null
      try {
        answer = JSON.parse(request.responseText)
      } catch (e) {
        /* Not ours: a sign-in page of the network, or nothing. */
      }
      done(request.status, answer)
    }
    request.send(body)
  }

  /* Faults */

  function fault(field, words) {
    var place = form.querySelector('[data-fault=' + field + ']')
    if (!place) return
    show(place, words)
    var card = place
    while (card && card.tagName !== 'FIELDSET') card = card.parentNode
    if (!form.querySelector('[data-fault]:not([hidden])')) byId('trouble').hidden = true
    if (card) card.classList[card.querySelector('[data-fault]:not([hidden])') ? 'add' : 'remove']('wrong')
  }

  function clearFaults() {
    var all = form.querySelectorAll('[data-fault]')
    for (var i = 0; i < all.length; i++) fault(all[i].getAttribute('data-fault'), '')
    show(byId('trouble'), '')
  }

  function showFaults(faults, trouble) {
    for (var field in faults) fault(field, faults[field])
    show(byId('trouble'), trouble)
    var target = form.querySelector('[data-fault]:not([hidden])') || byId('trouble')
    target.setAttribute('tabindex', '-1')
    target.focus()
    target.scrollIntoView()
  }
})()
