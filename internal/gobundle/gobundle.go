// Package gobundle names the bundles of Go functions in a cloud assembly, and is how package gofunction leaves word
// with "gatehouse dev --watch" of how each of them was built.
//
// It builds nothing.
package gobundle

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// Executable is the name of the file that an OS-only runtime runs.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
const Executable = "bootstrap"

// File is a file of a bundle.
type File struct {
	Name   string      // relative, with slashes
	Mode   fs.FileMode // its permissions
	Digest [sha256.Size]byte
}

// Fingerprint is the same for the same names, contents and modes, in the same order: the executable comes first, and
// the others follow by name. CDK's own fingerprint would not do: it takes a file with CRLF for one with LF, it
// ignores modes, and it remembers contents by inode, size and modification time.
func Fingerprint(files []File) string {
	h := sha256.New()
	fmt.Fprintln(h, "gofunction 1")
	for _, f := range files {
		fmt.Fprintf(h, "%q %o %x\n", f.Name, f.Mode, f.Digest)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AssetHash is what CDK calls an asset whose hash is given: the SHA-256 of what it was given.
// Source: https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/asset-staging.ts, calculateHash, for
// the hash type CUSTOM.
func AssetHash(fingerprint string) string {
	sum := sha256.Sum256([]byte(fingerprint))
	return hex.EncodeToString(sum[:])
}

// Folder is the folder of an asset in an assembly.
func Folder(assetHash string) string { return "asset." + assetHash }
