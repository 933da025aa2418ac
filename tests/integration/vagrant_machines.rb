# frozen_string_literal: true

# Prints as JSON what Vagrant makes of the Vagrantfile in the current directory, for each provider and machine.

require "json"
require "vagrant"

# Returns a setting of a provider as a number. What is said to VirtualBox, Vagrant keeps as arguments of VBoxManage.
def setting(provider_config, name)
  return provider_config.public_send(name) unless provider_config.respond_to?(:customizations)

  provider_config.customizations.map(&:last).find { |arguments| arguments.include?("--#{name}") }&.last.to_i
end

plugins = Vagrant::Plugin::Manager.instance
plugins.load_plugins(plugins.globalize!)
environment = Vagrant::Environment.new

machines = %i[virtualbox libvirt].product(environment.machine_names).map do |provider, name|
  config = environment.vagrantfile.machine_config(name, provider, environment.boxes)[:config]
  provider_config = config.vm.get_provider_config(provider)
  {
    provider: provider,
    name: name,
    hostname: config.vm.hostname,
    addresses: config.vm.networks.filter_map { |type, options| options[:ip] if type == :private_network },
    cpus: setting(provider_config, :cpus),
    memory: setting(provider_config, :memory),
    shared_folders: config.vm.synced_folders.count { |_path, options| !options[:disabled] },
    provisioners: config.vm.provisioners.size,
    checks_before_up: config.trigger.before_triggers.size
  }
end
puts JSON.generate(machines)
