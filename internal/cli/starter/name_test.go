package starter

import (
	"regexp"
	"testing"

	"golang.org/x/mod/module"
)

func TestName(t *testing.T) {
	for _, tt := range []struct{ folder, want, stack string }{
		{"/home/ada/shop", "shop", "Shop"},
		{"/home/ada/My Shop", "my-shop", "MyShop"},
		{"/home/ada/my_shop.api", "my-shop-api", "MyShopApi"},
		{"/home/ada/2024-shop", "shop", "Shop"},
		{"/home/ada/2nd-shop", "nd-shop", "NdShop"},
		{"/home/ada/shop2", "shop2", "Shop2"},
		{"/home/ada/магазин", "shop", "Shop"},
		{"/home/ada/42", "shop", "Shop"},
		{"/", "shop", "Shop"},
		{"/home/ada/v2", "app-v2", "AppV2"},
		{"/home/ada/con", "app-con", "AppCon"},
		{
			"/home/ada/the-shop-that-sells-everything-in-the-world-and-more",
			"the-shop-that-sells-everything-in-the-wo",
			"TheShopThatSellsEverythingInTheWo",
		},
	} {
		if got := Name(tt.folder); got != tt.want || stackName(got) != tt.stack {
			t.Errorf("%s: %s, %s; want %s, %s", tt.folder, got, stackName(got), tt.want, tt.stack)
		}
	}
}

// FuzzName checks for all names of the folder that Go accepts the app's module path, and CloudFormation the stack's
// name.
func FuzzName(f *testing.F) {
	for _, folder := range []string{
		"shop", "My Shop", "2024-shop", "", "-", "a-1-b", "1-2-3a", "ﬀ", "x\x00y", "V0", "con",
	} {
		f.Add(folder)
	}
	stack := regexp.MustCompile(`\A[A-Z][A-Za-z0-9-]{0,127}\z`)
	f.Fuzz(func(t *testing.T, folder string) {
		name := Name(folder)
		if err := module.CheckPath("example.com/" + name); err != nil {
			t.Errorf("%q: %v", folder, err)
		}
		if got := stackName(name); !stack.MatchString(got) {
			t.Errorf("%q: the stack is named %q", folder, got)
		}
	})
}
