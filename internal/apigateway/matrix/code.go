package matrix

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/authorizer-fn/authz"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// codeOf identifies the content of a function's code. CDK names assets after their content; for another folder or file
// it is a hash. Code outside the assembly is identified by its location.
func codeOf(f *apimodel.Function) string {
	place := cmp.Or(f.Code.Folder, f.Code.Zip)
	if name := filepath.Base(place); strings.HasPrefix(name, "asset.") && len(name) > 32 {
		return name
	}
	h := sha256.New()
	switch {
	case place != "":
		err := filepath.WalkDir(place, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(file)
			name, _ := filepath.Rel(place, file)
			h.Write([]byte(name + "\x00"))
			h.Write(text)
			return err
		})
		if err != nil {
			return ""
		}
	case f.Code.Inline != "":
		h.Write([]byte(f.Code.Inline))
	default:
		return f.Code.Outside
	}
	return "sha256." + hex.EncodeToString(h.Sum(nil))
}

// includedMain is the import path of the included authorizer's main package.
var includedMain = path.Dir(reflect.TypeOf(authz.Config{}).PkgPath())

// ownMain reports whether a function with the settings of the included authorizer runs another main package, which can
// add hooks. A binary contains what it was built from.
func ownMain(f *apimodel.Function) bool {
	info, err := buildinfo.ReadFile(filepath.Join(f.Code.Folder, "bootstrap"))
	return f.Code.Folder != "" && err == nil && info.Path != includedMain
}
