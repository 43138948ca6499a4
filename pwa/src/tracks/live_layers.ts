/* How people on patrol are drawn on a map: a round badge with the initial of their post, its ring by the age of the position. */
import type { FeatureCollection, Point } from 'geojson'
import type { GeoJSONSource, Map } from 'maplibre-gl'
import { clockTime } from '@/lib/time_words'
import { FONTS } from '@/map/fonts'
import type { OwnLayers } from './own_layers'
import { ageOf, type Whereabouts } from './live_people'
import { r } from './words'

const PEOPLE = 'patrol-people'
/** What is under the pointer is a person before it is a grid. */
export const PEOPLE_LAYERS = ['patrol-people'] as const

export const peopleLayers: OwnLayers = {
  layers: PEOPLE_LAYERS,
  sources: [PEOPLE],
  add(map, palette) {
    map.addSource(PEOPLE, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
    map.addLayer({
      id: PEOPLE_LAYERS[0],
      type: 'symbol',
      source: PEOPLE,
      layout: {
        'icon-image': ['concat', 'badge-', ['get', 'age']],
        'icon-allow-overlap': true,
        'symbol-sort-key': ['get', 'rank'],
        'text-field': ['format', ['get', 'initial'], {}, '\n', {}, ['get', 'note'], { 'font-scale': 0.92 }],
        'text-font': FONTS,
        'text-size': 12.5,
        'text-line-height': 2.1,
        'text-anchor': 'top',
        'text-offset': [0, -1.05],
        'text-allow-overlap': true,
      },
      paint: {
        'text-color': ['case', ['==', ['get', 'age'], 'silent'], palette.idle, palette.brand],
        'text-halo-color': palette.halo,
        'text-halo-width': 2,
      },
    })
  },
}

export function writePeople(map: Map | undefined, people: readonly Whereabouts[], now: Date): void {
  void map?.getSource<GeoJSONSource>(PEOPLE)?.setData(peopleFeatures(people, now))
}

function peopleFeatures(people: readonly Whereabouts[], now: Date): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: people.flatMap((person) => {
      const age = ageOf(person, now)
      if (person.lng === null || person.lat === null || age === 'nowhere') return []
      const properties = {
        id: person.staff_id,
        age,
        // The freshest lie on top.
        rank: { fresh: 2, ageing: 1, silent: 0 }[age],
        initial: person.post.slice(0, 1) || r('live.initial'),
        note: noteOf(person, now),
      }
      return [{ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [person.lng, person.lat] } }]
    }),
  }
}

/** 无信号 14:02 起, 已暂停, or nothing. */
export function noteOf(person: Whereabouts, now: Date): string {
  if (person.paused) return r('live.paused')
  return person.at && ageOf(person, now) === 'silent' ? r('live.silent', { at: clockTime(new Date(person.at)) }) : ''
}
