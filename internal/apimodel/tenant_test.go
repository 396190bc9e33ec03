package apimodel

import (
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// TestTenancy: which functions are isolated by tenant.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-configure.html
func TestTenancy(t *testing.T) {
	for _, c := range []struct {
		name, properties string
		want             bool
		problem          string // part of the only one, which blocks; "" for none
	}{
		{"without a TenancyConfig", `"Timeout": 3`, false, ""},
		{"with one that a condition removes", `"TenancyConfig": {"Ref": "AWS::NoValue"}`, false, ""},
		{"isolated", `"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}`, true, ""},
		{"a mode that does not exist", `"TenancyConfig": {"TenantIsolationMode": "SHARED"}`, false,
			`TenantIsolationMode: want PER_TENANT, got "SHARED"`},
		{"no mode", `"TenancyConfig": {}`, true, "TenantIsolationMode is missing"},
		{"a mode that is known at deployment", `"TenancyConfig": {"TenantIsolationMode": {"Ref": "Mode"}}`, true,
			"parameter Mode has no value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Read(parse(t, `{"Parameters": {"Mode": {"Type": "String"}}, "Resources": {"F": {"Type": "AWS::Lambda::Function",
				"Properties": {"Code": {"ZipFile": "x"}, `+c.properties+`}}}}`), cloudassembly.Options{})
			if got := m.Functions[0].PerTenant; got != c.want {
				t.Errorf("PerTenant is %t, want %t", got, c.want)
			}
			if n := len(m.Problems); n > 1 || (n == 1) != (c.problem != "") ||
				n == 1 && (!m.Problems[0].Blocks || !strings.Contains(m.Problems[0].What, c.problem)) {
				t.Errorf("got problems %v, want %q", m.Problems, c.problem)
			}
		})
	}
}

// TestIntegrationTenant checks the source of the tenant ID.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
func TestIntegrationTenant(t *testing.T) {
	for _, c := range []struct {
		name       string
		function   *Function
		parameters map[string]string
		want       string
	}{
		{"no mapping", &Function{}, nil, ""},
		{"from the authorizer", &Function{}, map[string]string{
			"integration.request.header.X-Amz-Tenant-Id": "context.authorizer.tenantId"}, "context.authorizer.tenantId"},
		{"header names have no case", &Function{}, map[string]string{
			"integration.request.header.x-amz-tenant-id": "'acme'"}, "'acme'"},
		{"an HTTP backend has a header of that name", nil, map[string]string{
			"integration.request.header.X-Amz-Tenant-Id": "context.authorizer.tenantId"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (&Integration{Function: c.function, RequestParameters: c.parameters}).Tenant(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
