// Requires nothing: sandbox/acquire/definitions.ts names the modules, of one even two versions, and reads files from
// their folders without compiling any. The go command holds what it downloads against the go.sum beside this file.
module tenantry.dev/sandbox/tools/crds

// The newest that one of those modules asks for.
go 1.26.6
