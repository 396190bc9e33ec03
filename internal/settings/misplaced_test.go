package settings

import (
	"strings"
	"testing"
)

// TestMisplaced checks that a deployed function cannot fetch keys over http, however it came to be deployed.
func TestMisplaced(t *testing.T) {
	if err := misplaced(true, "/var/task"); err == nil || !strings.Contains(err.Error(), "without GATEHOUSE_HOST_BUILD") {
		t.Error(err)
	}
	for _, root := range []string{"", "/home/me/shop/cdk.out/asset.1"} {
		if err := misplaced(true, root); err != nil {
			t.Error(root, err)
		}
	}
	if err := misplaced(false, "/var/task"); err != nil {
		t.Error(err)
	}
}
