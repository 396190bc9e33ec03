package apigateway

import (
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// mount gives each stage a unique first path segment. The first API with a stage of a given name keeps that name; each
// further API appends its own name. If the APIs "shop" and "Orders API" both have a stage prod, the second is at
// /prod-orders-api. APIs are in the order of the model, by stack and logical ID, so the segments are the same at every
// start.
func mount(chosen []choice) {
	taken := map[string]bool{}
	for i := range chosen {
		if name := chosen[i].stage.Name; !taken[name] {
			chosen[i].mount, taken[name] = name, true
		}
	}
	for i := range chosen {
		c := &chosen[i]
		if c.mount != "" {
			continue
		}
		base := c.stage.Name + "-" + slug(c.api)
		c.mount = base
		for n := 2; taken[c.mount]; n++ {
			c.mount = base + "-" + strconv.Itoa(n)
		}
		taken[c.mount] = true
	}
}

// slug returns the name of an API as part of a path segment: lower-case letters, digits and hyphens. If the name has
// none of these, it returns the logical ID.
func slug(api *apimodel.API) string {
	for _, name := range []string{api.Name, api.LogicalID} {
		words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9')
		})
		if len(words) > 0 {
			return strings.Join(words, "-")
		}
	}
	return "api"
}

// Mount returns the first segment of the paths of an API's stage: the stage's name, unless another API has a stage of
// that name. It returns "" for a stage that is not served.
func (g *Gateway) Mount(api apimodel.ID, stage string) string {
	for name, st := range g.live.Load().stages {
		if st.api.ID == api && st.stage.Name == stage {
			return name
		}
	}
	return ""
}
