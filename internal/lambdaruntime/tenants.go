package lambdaruntime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// ErrTenant reports a tenant ID that Lambda refuses: none for a function with tenant isolation, one for another
// function, or a text that is not a tenant ID.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html
var ErrTenant = errors.New("lambdaruntime: Lambda refuses the invocation")

// defaultMaxTenants is for how many tenants processes of one function are kept if [Options] does not say.
const defaultMaxTenants = 10

// errEnded ends the invocations that wait for a process of a tenant that is ended. They are queued again.
var errEnded = errors.New("lambdaruntime: the processes of the tenant were ended")

// forTenant returns what schedules the invocations for a tenant: the function itself, or with tenant isolation a
// function that only this tenant has.
func (f *function) forTenant(id string) (*function, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	refuse := func(why string) (*function, error) {
		return nil, fmt.Errorf("%w: function %q %s", ErrTenant, f.name, why)
	}
	switch {
	case f.closedErr != nil:
		return nil, f.closedErr
	case !f.spec.PerTenant && id == "":
		return f, nil
	case !f.spec.PerTenant:
		return refuse("has no tenant isolation, and got a tenant ID")
	case id == "":
		return refuse("has tenant isolation, and got no tenant ID")
	}
	if err := tenant.Check(id); err != nil {
		return refuse(fmt.Sprintf("got the tenant ID %q: %v", id, err))
	}
	own := f.tenants[id]
	if own == nil {
		own = &function{pool: f.pool, name: f.name, spec: f.spec, code: f.code, processes: map[*process]struct{}{}}
		if f.tenants == nil {
			f.tenants = map[string]*function{}
		}
		f.tenants[id] = own
	}
	f.used = append(slices.DeleteFunc(f.used, func(other string) bool { return other == id }), id)
	for _, other := range slices.Clone(f.used[:len(f.used)-1]) {
		if len(f.used) > f.pool.options.MaxTenants && f.tenants[other].retireUnused() {
			f.forget(other)
		}
	}
	return own, nil
}

// retireUnused ends a tenant's processes, unless one of them runs an invocation or an invocation waits. An invocation
// that comes too late is queued again.
func (f *function) retireUnused() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for p := range f.processes {
		if p.state == busy {
			return false
		}
	}
	if f.queue.len > 0 {
		return false
	}
	f.closedErr = errEnded
	f.stopUnused()
	return true
}

// forget removes a tenant. The caller holds the lock.
func (f *function) forget(id string) {
	delete(f.tenants, id)
	f.used = slices.DeleteFunc(f.used, func(other string) bool { return other == id })
}

// replaceTenants installs a new version for each tenant. The caller holds the lock.
func (f *function) replaceTenants() {
	for id, own := range f.tenants {
		if f.spec.PerTenant {
			own.replace(f.spec, f.code)
		} else {
			own.retire(errEnded) // waiting invocations are queued again
			f.forget(id)
		}
	}
}
