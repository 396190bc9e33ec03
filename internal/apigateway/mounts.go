package apigateway

import (
	"strconv"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// mount gives each stage a first path segment of its own. The first API that has a stage of a name keeps the name; each
// further one has its own name after it: of the APIs "shop" and "Orders API", both with the stage prod, the second is
// at /prod-orders-api. The order is that of the model, by stack and logical id, so the segments are the same at every
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

// slug is the name of an API as a part of a path segment: lower-case letters, digits and hyphens. An API without such a
// name has its logical id.
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

// Mount is the first path segment that a stage of an API is served under: the stage's name, unless another API has a
// stage of that name. "" if it is not served.
func (g *Gateway) Mount(api apimodel.ID, stage string) string {
	for name, st := range g.live.Load().stages {
		if st.api.ID == api && st.stage.Name == stage {
			return name
		}
	}
	return ""
}
