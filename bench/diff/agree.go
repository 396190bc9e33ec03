package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// agree compares the oracle with the local gateway on one API, with requests of callers with and without rights.
func (w *world) agree(d drawer, a *api, dir string) (tried, permitted int, err error) {
	dir = filepath.Join(w.dir, dir)
	defer os.RemoveAll(dir)
	if _, err := readModel(a, dir); err != nil {
		return 0, 0, err
	}
	g, err := w.gateway(dir)
	if err != nil {
		return 0, 0, err
	}
	defer g.Close()
	for range 40 {
		q := pick(d, requests(a, a))
		q.ip = netip.MustParseAddr(pick(d, addresses))
		q.key = d.chance(2)
		q.agent = pick(d, agents)
		c := caller{}
		if list := a.callers(q); len(list) > 0 && !d.chance(4) {
			c = pick(d, list)
		}
		if c.token != nil {
			d.spoil(c.token)
			c.token.finish()
		}
		want := a.decide(q, c)
		if want == unknown || !a.reaches(q.stage, q.certificate) || c.principal != "" && keyOf(g, c.principal) == nil {
			continue
		}
		arriving, err := w.arrive(q, c)
		if err != nil {
			return tried, permitted, err
		}
		answer, err := send(g, arriving)
		if err != nil {
			return tried, permitted, err
		}
		tried++
		if want == allowed {
			permitted++
		}
		if of(answer.Status == 200) != want || answer.Status >= 500 {
			return tried, permitted, fmt.Errorf("the gateway answers %d %s, and the oracle expects that it is allowed: %v: %s",
				answer.Status, answer.Body, want == allowed, gain{request: q, caller: c})
		}
	}
	return tried, permitted, nil
}

// spoil removes something from a token or adds something to it; usually nothing.
func (d drawer) spoil(t *token) {
	switch d.IntN(12) {
	case 0:
		t.issuer = pick(d, issuers)
		if t.audience = pick(d, audiences); t.id {
			t.id = false
		}
	case 1:
		if t.issuer != pool {
			t.client = pick(d, clients)
		}
	case 2:
		t.scopes = some(d, scopes)
	case 3:
		t.groups, t.roles = nil, some(d, roles)
	case 4:
		t.texts = map[string]string{"plan": pick(d, plans), "sub": pick(d, ids)}
	case 5:
		t.lists = map[string][]string{"amr": some(d, factors), "tenants": some(d, ids)}
	}
}
