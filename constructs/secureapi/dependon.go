package secureapi

// dependOn makes the deployment's logical ID depend on a value. It may be a plain value, a struct of CDK's props, or
// contain CDK tokens.
func (b *builder) dependOn(value any) {
	plain, _ := plainValue(value)
	b.described.add(plain)
}
