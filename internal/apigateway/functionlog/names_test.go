package functionlog

import (
	"fmt"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

func TestShortNames(t *testing.T) {
	function := func(stack, id string) *apimodel.Function {
		return &apimodel.Function{ID: apimodel.ID{Stack: stack, LogicalID: id}, Name: stack + "-" + id + "-1A2B3C"}
	}
	got := shortNames([]*apimodel.Function{
		function("Shop", "BackendEC8447F5"), function("Shop", "Plain"), function("Shop", "Admin1234ABCD"),
		function("Prod", "Admin5678ABCD"), function("Shop", "1234ABCD"),
	})
	const want = "map[Prod-Admin5678ABCD-1A2B3C:Prod/Admin5678ABCD Shop-1234ABCD-1A2B3C:1234ABCD " +
		"Shop-Admin1234ABCD-1A2B3C:Shop/Admin1234ABCD Shop-BackendEC8447F5-1A2B3C:Backend Shop-Plain-1A2B3C:Plain]"
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
}
