import type { Fault } from './fault.ts'

const BODY =
  '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n'

export const htmlErrors: Fault = {
  name: 'html-errors',
  meaning: 'every request is answered with 502 and a web page, as a proxy does it',
  refuse: () => ({ kind: 'reply', status: 502, contentType: 'text/html; charset=utf-8', body: BODY }),
}
