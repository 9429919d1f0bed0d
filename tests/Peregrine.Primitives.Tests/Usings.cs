global using Peregrine.Testing;
