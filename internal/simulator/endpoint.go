package simulator

import (
	"net/http"
	"strings"
)

// endpoint is one action of the API.
type endpoint struct {
	writes bool // would change the firewall: noted and answered 405
	answer func(*API, parameters) answer
}

// endpoints by module/controller/action in lower case without underscores: OPNsense routes both spellings, get_vip_status
// and getVipStatus, and any case of the module; only the check of privileges is exact.
var endpoints = map[string]endpoint{
	"wireguard/service/show":             {answer: (*API).answerShow},
	"wireguard/service/status":           {answer: (*API).answerServiceStatus},
	"wireguard/service/reconfigure":      {writes: true},
	"wireguard/service/start":            {writes: true},
	"wireguard/service/stop":             {writes: true},
	"wireguard/service/restart":          {writes: true},
	"wireguard/server/searchserver":      {answer: (*API).answerSearchServer},
	"wireguard/server/getserver":         {answer: (*API).answerForbiddenRead},
	"wireguard/server/setserver":         {writes: true},
	"wireguard/server/addserver":         {writes: true},
	"wireguard/server/delserver":         {writes: true},
	"wireguard/server/toggleserver":      {writes: true},
	"wireguard/client/searchclient":      {answer: (*API).answerSearchClient},
	"wireguard/client/getclient":         {answer: (*API).answerForbiddenRead},
	"wireguard/client/listservers":       {answer: (*API).answerListServers},
	"wireguard/client/setclient":         {writes: true},
	"wireguard/client/addclient":         {writes: true},
	"wireguard/client/delclient":         {writes: true},
	"wireguard/client/toggleclient":      {writes: true},
	"wireguard/general/get":              {answer: (*API).answerGeneral},
	"wireguard/general/set":              {writes: true},
	"diagnostics/interface/getvipstatus": {answer: (*API).answerVIPStatus},
	"diagnostics/interface/carpstatus":   {writes: true},
	"core/service/search":                {answer: (*API).answerServices},
	"core/service/start":                 {writes: true},
	"core/service/stop":                  {writes: true},
	"core/service/restart":               {writes: true},
	"core/system/status":                 {answer: (*API).answerSystemStatus},
}

// findEndpoint routes a path without its query string. Nil: there is no such endpoint.
func findEndpoint(path string) *endpoint {
	words := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if len(words) < 4 {
		return nil
	}
	name := strings.ToLower(strings.ReplaceAll(strings.Join(words[1:4], "/"), "_", ""))
	found, ok := endpoints[name]
	if !ok || (len(words) > 4 && !found.writes) {
		return nil // the reading actions here take no parameters in the path
	}
	return &found
}

// answerForbiddenRead stands for reads that carry secrets and that a status page never needs.
func (a *API) answerForbiddenRead(parameters) answer {
	return answer{status: http.StatusOK, body: []any{}, secret: true}
}
