package matrix

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// codeOf names the content of a function's code. Assets are named by CDK after their content; of another folder or file
// it is a hash. Code that is not in the assembly is named by where it is.
func codeOf(f *apimodel.Function) string {
	path := cmp.Or(f.Code.Folder, f.Code.Zip)
	if name := filepath.Base(path); strings.HasPrefix(name, "asset.") && len(name) > 32 {
		return name
	}
	h := sha256.New()
	switch {
	case path != "":
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(file)
			name, _ := filepath.Rel(path, file)
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
