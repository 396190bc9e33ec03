package secureapi

// dependOn makes the deployment's logical id depend on a value: plain, of CDK's props, or of its tokens.
func (b *builder) dependOn(value any) {
	plain, _ := plainValue(value)
	b.described.add(plain)
}
