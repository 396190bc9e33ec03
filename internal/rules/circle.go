package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// circularDependency finds resources that depend on each other in a circle.
// Source: https://repost.aws/knowledge-center/cloudformation-circular-dependency-error
var circularDependency = Rule{
	ID:       "circular-dependency",
	Severity: Error,
	Why: "CloudFormation creates a resource after those that it depends on, so it refuses a template with a " +
		"circle. An example is a function that has the URL of an API that invokes it.",
	Looks: "Ref, Fn::GetAtt, Fn::Sub and DependsOn of the resources of every template, except those of SAM and " +
		"those in branches of Fn::If that may not be taken",
	WayOut: "remove one of the references, or put what refers into a resource of its own, such as a policy, or " +
		"into a stack of its own",
	check: func(v *view, report reporter) {
		for _, resources := range v.inStack {
			d := make(dependencies, len(resources))
			for _, r := range resources {
				// The transform of SAM creates several resources from one, each with only some of the references.
				if !strings.HasPrefix(r.t.Type, "AWS::Serverless::") {
					d[r.id] = &dependent{resource: r}
				}
			}
			d.read()
			d.report(report)
		}
	},
}

// dependencies maps logical IDs of a template's resources to what each depends on.
type dependencies map[string]*dependent

// dependent is a resource and what it depends on.
type dependent struct {
	*resource
	on        []string            // logical IDs, sorted
	variables map[string][]string // maps those that environment variables refer to to the variables
	circle    int                 // resources that depend on each other have the same number

	index, low int // see [dependencies.number]
	open       bool
}

// read determines what each resource depends on, for the resources that are created.
func (d dependencies) read() {
	for _, r := range d {
		add := func(id string) {
			if d[id] != nil {
				r.on = append(r.on, id)
			}
		}
		for _, id := range r.t.DependsOn {
			add(id)
		}
		r.references(r.t.Properties, add)
		slices.Sort(r.on)
		r.on = slices.Compact(r.on)
		environment, _ := r.t.Properties["Environment"].(map[string]any)
		variables, _ := environment["Variables"].(map[string]any)
		if r.t.Type != typeFunction {
			continue
		}
		r.variables = map[string][]string{}
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			r.references(variables[name], func(id string) {
				if !slices.Contains(r.variables[id], name) {
					r.variables[id] = append(r.variables[id], name)
				}
			})
		}
	}
}

// references calls found with each name that a value refers to. A name may be that of a resource, or another one.
func (r *resource) references(value any, found func(string)) {
	switch value := value.(type) {
	case []any:
		for _, entry := range value {
			r.references(entry, found)
		}
	case map[string]any:
		if len(value) == 1 {
			for name, arg := range value {
				if r.intrinsic(name, arg, found) {
					return
				}
			}
		}
		for _, member := range value {
			r.references(member, found)
		}
	}
}

// intrinsic is [resource.references] for an intrinsic function. It returns false if the function's arguments are to be
// treated like other values.
func (r *resource) intrinsic(name string, arg any, found func(string)) bool {
	list, _ := arg.([]any)
	switch name {
	case "Ref":
		if id, ok := arg.(string); ok {
			found(id)
		}
	case "Fn::GetAtt":
		if text, ok := arg.(string); ok {
			id, _, _ := strings.Cut(text, ".")
			found(id)
		} else if len(list) > 0 {
			if id, ok := list[0].(string); ok {
				found(id)
			}
			r.references(list[1:], found)
		}
	case "Fn::Sub":
		format, _ := arg.(string)
		var own map[string]any
		if len(list) == 2 {
			format, _ = list[0].(string)
			own, _ = list[1].(map[string]any)
			r.references(list[1], found)
		}
		for _, part := range strings.Split(format, "${")[1:] {
			name, _, closed := strings.Cut(part, "}")
			if _, is := own[name]; !is && closed {
				id, _, _ := strings.Cut(name, ".")
				found(id)
			}
		}
	case "Fn::If":
		if len(list) != 3 {
			return true
		}
		taken, err := r.resolve("", map[string]any{name: []any{list[0], "1", "2"}})
		switch {
		case err != nil:
		case taken == "1":
			r.references(list[1], found)
		case taken == "2":
			r.references(list[2], found)
		}
	default:
		return false
	}
	return true
}

// report reports each circle: once for each environment variable of a function that closes it, or else once.
func (d dependencies) report(report reporter) {
	told := map[int]bool{}
	d.number()
	ids := slices.Sorted(maps.Keys(d))
	for _, byVariables := range []bool{true, false} {
		for _, id := range ids {
			r := d[id]
			for _, on := range r.on {
				variables := strings.Join(r.variables[on], ", ")
				if d[on].circle != r.circle || (variables != "") != byVariables || !byVariables && told[r.circle] {
					continue
				}
				told[r.circle] = true
				circle := strings.Join(append([]string{id}, d.shortestPath(on, id)...), " -> ")
				f := Finding{Message: "CloudFormation refuses resources that depend on each other in a circle: " + circle}
				if byVariables {
					f.Message = fmt.Sprintf("the variable %s of the function refers to %s, which depends on the function, and "+
						"CloudFormation refuses such a circle: %s", variables, on, circle)
					f.WayOut = fmt.Sprintf("leave %s out of the function's environment, and take the host and the path from the "+
						"request; or set a fixed URL, such as that of Props.Domain; or let the function read an SSM parameter "+
						"of a fixed name when it runs", variables)
					if variables == "GATEHOUSE_CORS" { // Props.CORS writes this variable
						f.WayOut = "write the origin out in CORS.AllowOrigins, as a domain of your own; or leave CORS out where the " +
							"pages are of the host that callers reach the API by, as behind one distribution: their origin is the API's"
					}
				}
				report(r.resource, f)
			}
		}
	}
}

// shortestPath returns the shortest chain of dependencies from one resource to another, including both.
func (d dependencies) shortestPath(from, to string) []string {
	ways := [][]string{{from}}
	seen := map[string]bool{from: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		last := way[len(way)-1]
		if last == to {
			return way
		}
		for _, next := range d[last].on {
			if !seen[next] && d[next].circle == d[to].circle {
				seen[next] = true
				ways = append(ways, append(slices.Clone(way), next))
			}
		}
	}
	return nil
}

// number numbers the circles by Tarjan's algorithm for strongly connected components. A resource that is in no circle
// has a number of its own.
func (d dependencies) number() {
	var stack []*dependent
	visited, circles := 0, 0
	var visit func(r *dependent)
	visit = func(r *dependent) {
		visited++
		r.index, r.low, r.open = visited, visited, true
		stack = append(stack, r)
		for _, id := range r.on {
			if on := d[id]; on.index == 0 {
				visit(on)
				r.low = min(r.low, on.low)
			} else if on.open {
				r.low = min(r.low, on.index)
			}
		}
		if r.low != r.index {
			return
		}
		circles++
		at := slices.Index(stack, r)
		for _, member := range stack[at:] {
			member.circle, member.open = circles, false
		}
		stack = stack[:at]
	}
	for _, r := range d {
		if r.index == 0 {
			visit(r)
		}
	}
}
